/**
 * A server that isn't who it should be: the program doesn't run, the operator reads why, and the
 * server gets the alert that says so.
 */
import { describe, expect, it } from "vitest";
import { asking, call, refusalOf } from "../support/calls.ts";
import { SERVER_NAME } from "../support/certificates.ts";
import {
  ClientAuthority,
  type ClientCredentials,
  type Recipe,
  selfSigned,
} from "../support/client-authority.ts";
import { type Alternative, extension } from "../support/extensions.ts";
import { eventually } from "../support/limits.ts";
import { name } from "../support/names.ts";
import { ALERT } from "../support/refusals.ts";
import { nextConnection, opensslServer, reversingServer } from "../support/tls-servers.ts";
import { Tls13Server } from "../tls13/peer/server.ts";

const authority = ClientAuthority.root();

function named(...names: Alternative[]): Buffer {
  return extension.alternativeNames(...names);
}

function forServer(recipe: Recipe = {}): Recipe {
  return { ...recipe, extensions: [named(["DNS", SERVER_NAME]), ...(recipe.extensions ?? [])] };
}

interface Case {
  credentials: ClientCredentials;
  message: string;
  /** OpenSSL's name of the alert. */
  alert: string;
  /** Of our client. */
  options?: readonly string[];
}

async function expectRefused(
  server: readonly string[],
  { credentials, message, alert, options = [] }: Case,
): Promise<void> {
  // A weak key or hash is for our side to find.
  const weak = ["-cipher", "ALL:@SECLEVEL=0"];
  const { port, running } = await opensslServer(credentials, [...server, ...weak]);
  const { code, stderr } = await refusalOf({ port, authority, options });
  const sent = alert.replaceAll(" ", "_");
  expect(stderr).toBe(`s6-tlsc: fatal: TLS error: ${message}; sent the alert ${sent}\n`);
  expect(code).toBe(98);
  await eventually("the alert", () => new RegExp(`alert ${alert}:`).test(running.stderr));
}

const intermediate = authority.intermediate();
const withoutIntermediate = { ...intermediate.issue(forServer()), chainFile: null };

const REFUSED: [string, Case][] = [
  [
    "is for another name",
    {
      credentials: authority.issue({ extensions: [named(["DNS", "other.test"])] }),
      message: "certificate for another name",
      alert: "bad certificate",
    },
  ],
  [
    "has the name as its common name only",
    {
      credentials: authority.issue({ subject: name(["CN", SERVER_NAME]) }),
      message: "certificate for another name",
      alert: "bad certificate",
    },
  ],
  [
    "has the name as its common name, and another as alternative",
    {
      credentials: authority.issue({
        subject: name(["CN", SERVER_NAME]),
        extensions: [named(["DNS", "other.test"])],
      }),
      message: "certificate for another name",
      alert: "bad certificate",
    },
  ],
  [
    "has expired",
    {
      credentials: authority.issue(forServer({ begins: -20, ends: -1 })),
      message: "certificate expired",
      alert: "certificate expired",
    },
  ],
  [
    "is not yet valid",
    {
      credentials: authority.issue(forServer({ begins: 1, ends: 20 })),
      message: "certificate not yet valid",
      alert: "certificate expired",
    },
  ],
  [
    "is of a CA that we don't know",
    {
      credentials: ClientAuthority.root({ subject: name(["CN", "Somebody else"]) }).issue(
        forServer(),
      ),
      message: "certificate that no trust anchor vouches for",
      alert: "unknown ca",
    },
  ],
  [
    "is of a CA with the name of ours",
    {
      credentials: ClientAuthority.root().issue(forServer()),
      message: "certificate with an invalid signature",
      alert: "bad certificate",
    },
  ],
  [
    "comes without the intermediate that issued it",
    {
      credentials: withoutIntermediate,
      message: "certificate that no trust anchor vouches for",
      alert: "unknown ca",
    },
  ],
  [
    "signed itself",
    {
      credentials: selfSigned(forServer({ subject: name(["CN", SERVER_NAME]) })),
      message: "certificate that no trust anchor vouches for",
      alert: "unknown ca",
    },
  ],
  [
    "may only be a client's",
    {
      credentials: authority.issue(
        forServer({ extensions: [extension.extendedKeyUsage("clientAuth")] }),
      ),
      message: "certificate whose key usage forbids this use",
      alert: "unsupported certificate",
    },
  ],
  [
    "must be understood to be a client's only",
    {
      credentials: authority.issue(
        forServer({ extensions: [extension.criticalExtendedKeyUsage("clientAuth")] }),
      ),
      message: "certificate whose key usage forbids this use",
      alert: "unsupported certificate",
    },
  ],
  [
    "was issued by a CA that may not issue",
    {
      credentials: authority
        .intermediate({
          extensions: [extension.constraints({ ca: true }), extension.keyUsage("digitalSignature")],
        })
        .issue(forServer()),
      message: "certificate whose key usage forbids this use",
      alert: "unsupported certificate",
    },
  ],
  [
    "is further from the root than the root allows",
    {
      credentials: authority
        .intermediate({ extensions: [extension.constraints({ ca: true, pathLength: 0 })] })
        .intermediate()
        .issue(forServer()),
      message: "certificate issued by one that is not a CA's",
      alert: "bad certificate",
    },
  ],
  [
    "has a critical extension that nobody knows",
    {
      credentials: authority.issue(
        forServer({ extensions: [extension.unknown({ critical: true })] }),
      ),
      message: "certificate with an unknown critical extension",
      alert: "unsupported certificate",
    },
  ],
  [
    "was changed after it was signed",
    {
      credentials: authority.issue(forServer({ broken: true })),
      message: "certificate with an invalid signature",
      alert: "bad certificate",
    },
  ],
  [
    "was issued by an end entity",
    {
      credentials: authority.intermediate({ extensions: [] }).issue(forServer()),
      message: "certificate issued by one that is not a CA's",
      alert: "bad certificate",
    },
  ],
  [
    "has a key that is too small",
    {
      credentials: authority.issue(forServer({ kind: "RSA-1024" })),
      message: "certificate with too small a key",
      alert: "unsupported certificate",
    },
  ],
];

describe.each(["-tls1_2", "-tls1_3"])("%s", (option) => {
  it.each(REFUSED)("a server whose certificate %s is refused", async (_, refused) => {
    await expectRefused([option], refused);
  });
});

const sha1 = authority.issue(forServer({ hash: "sha1" }));
const UNSUPPORTED = "certificate with an unsupported feature";

it("a server of TLS 1.2 whose certificate has a signature with SHA-1 is refused", async () => {
  const options = ["--tls-max", "1.2"];
  const alert = "unsupported certificate";
  await expectRefused([], { credentials: sha1, message: UNSUPPORTED, alert, options });
});

// OpenSSL does not show it to a client that lists the signatures of certificates.
it("a server of TLS 1.3 whose certificate has a signature with SHA-1 is refused", async () => {
  const { port, socket } = await nextConnection();
  const refusal = refusalOf({ port, authority });
  const server = new Tls13Server(await socket, { certificates: [sha1.der], key: sha1.key });
  await server.upToShare();
  server.greet();
  server.flight();
  const description = ALERT.unsupportedCertificate;
  expect(await server.lastWords()).toEqual([{ level: 2, description, sealed: true }]);
  expect(await refusal).toMatchObject({
    stderr: `s6-tlsc: fatal: TLS error: ${UNSUPPORTED}; sent the alert unsupported_certificate\n`,
    code: 98,
  });
});

it.each<[string, ClientCredentials]>([
  ["with its intermediate", intermediate.issue(forServer())],
  ["with two intermediates", intermediate.intermediate().issue(forServer())],
  ["without extended key usage", authority.issue(forServer())],
  [
    "for servers and clients",
    authority.issue(
      forServer({ extensions: [extension.extendedKeyUsage("clientAuth", "serverAuth")] }),
    ),
  ],
  [
    "critically for servers",
    authority.issue(forServer({ extensions: [extension.criticalExtendedKeyUsage("serverAuth")] })),
  ],
  ["for any use", authority.issue(forServer({ extensions: [extension.extendedKeyUsage("any")] }))],
])("a server with a certificate %s is the right one", async (_, credentials) => {
  const { port } = await reversingServer(credentials);
  const client = await call({ port, authority, prog: asking("regit") });
  expect(await client.ended).toMatchObject({
    stdout: expect.stringMatching(/^tiger\n/),
    stderr: "",
    code: 0,
  });
});

it("a server that signed itself is the right one where its certificate is the anchor", async () => {
  const own = selfSigned(forServer({ subject: name(["CN", SERVER_NAME]) }));
  const { port } = await reversingServer(own);
  const client = await call({ port, authority: own, prog: asking("regit") });
  expect(await client.ended).toMatchObject({
    stdout: expect.stringMatching(/^tiger\n/),
    stderr: "",
    code: 0,
  });
});

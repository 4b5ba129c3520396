/** The reference page of s6-tlsd: the variables that it reads, and those that prog finds. */
import { expect } from "vitest";
import { derCertificate } from "../../support/certificates.ts";
import { TLS12 } from "../../support/clients.ts";
import { sha256 } from "../../support/payload.ts";
import { CAFILE, jane, showing, stranger } from "../behaviours/client-certificates.ts";
import {
  engineOfSilentClient,
  fourTimes,
  NOBODY,
  needsRoot,
  OWNER,
} from "../behaviours/engine-owner.ts";
import { shown } from "../behaviours/server-names.ts";
import { tellsProtocol, VERSIONS } from "../behaviours/session.ts";
import { directoryOf } from "../behaviours/trust-anchors.ts";
import { cleansVariables, keepsVariables, OURS } from "../behaviours/variables.ts";
import type { Section } from "../statement.ts";
import { authority, environmentOf, NAMELESS, pairFor, refused, visit } from "../visit.ts";

export function s6TlsdEnvironment(text: string): Section[] {
  return [
    { text, section: "Environment variables, read", rows: READ },
    { text, section: "Environment variables, written", rows: WRITTEN },
  ];
}

const other = authority.issue({ name: "other.test" });

const READ: Section["rows"] = [
  [
    "KEYFILE and CERTFILE: the private key and the certificate that the client is shown.",
    async () => {
      const { server } = await visit({ credentials: other, client: { servername: "other.test" } });
      expect(server).toBe("other.test");
    },
  ],
  [
    "With -k also KEYFILE:x and CERTFILE:x, for every server name x.",
    async () => {
      const environment = {
        ...pairFor("one.test", authority.issue({ name: "one.test" })),
        ...pairFor("other.test", other),
      };
      for (const name of ["one.test", "other.test"]) {
        expect(await shown(name, { options: "-k 1", environment })).toBe(name);
      }
    },
  ],
  [
    "With -k, KEYFILE:x and CERTFILE:x may also stand alone, with no KEYFILE and CERTFILE.",
    async () => {
      const client = { servername: "other.test" };
      const environment = pairFor("other.test", other);
      const { server } = await visit({ options: "-k 1", environment, credentials: null, client });
      expect(server).toBe("other.test");
    },
  ],
  ...["-y", "-Y"].flatMap((options): Section["rows"] => [
    [`CADIR, with ${options}.`, () => knows(options, { CADIR: directoryOf(authority.certFile) })],
    [`CAFILE, with ${options}.`, () => knows(options, CAFILE)],
  ]),
  [
    "TLS_UID and TLS_GID: the ids of the process that speaks TLS.",
    async (context) => {
      needsRoot(context);
      const { status } = await engineOfSilentClient({});
      expect(status).toMatchObject({ Uid: fourTimes(NOBODY), Gid: fourTimes(NOBODY) });
    },
  ],
];

const WRITTEN: Section["rows"] = [
  [
    "By default prog finds none of CADIR, CAFILE, KEYFILE, CERTFILE, and no KEYFILE:x and CERTFILE:x.",
    () => cleansVariables(""),
  ],
  [
    "By default prog finds neither TLS_UID nor TLS_GID.",
    async (context) => {
      needsRoot(context);
      const seen = Object.keys(await environmentOf({ environment: OWNER }));
      expect(seen).not.toContain("TLS_UID");
      expect(seen).not.toContain("TLS_GID");
    },
  ],
  [
    "They are passed on to the s6-tlsd-io child all the same.",
    async (context) => {
      needsRoot(context);
      const { environment } = await engineOfSilentClient({ environment: OURS });
      expect(environment).toContain("TLS_UID=65534");
      for (const [name, value] of Object.entries(OURS)) {
        expect(environment).toContain(`${name}=${value}`);
      }
    },
  ],
  ["With -Z prog finds them.", () => keepsVariables("-Z")],
  [
    "With -Z prog finds TLS_UID and TLS_GID, too.",
    async (context) => {
      needsRoot(context);
      expect(await environmentOf({ options: "-Z", environment: OWNER })).toMatchObject(OWNER);
    },
  ],
  ...VERSIONS.map((version): Section["rows"][number] => [
    `SSL_PROTOCOL: the version of the protocol, as in ${version}.`,
    () => tellsProtocol(version),
  ]),
  [
    "SSL_CIPHER: the name of the cipher.",
    async () => {
      const ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
      const client = { ...TLS12, ciphers };
      expect(await environmentOf({ client })).toMatchObject({ SSL_CIPHER: ciphers });
    },
  ],
  [
    "SSL_TLS_SNI_SERVERNAME: the server name that the client asked for.",
    async () => {
      expect(await environmentOf({})).toMatchObject({ SSL_TLS_SNI_SERVERNAME: "server.test" });
    },
  ],
  [
    "SSL_TLS_SNI_SERVERNAME is removed when the client asked for none.",
    async () => {
      const environment = { SSL_TLS_SNI_SERVERNAME: "stale" };
      const seen = await environmentOf({ environment, client: NAMELESS });
      expect(seen).not.toHaveProperty("SSL_TLS_SNI_SERVERNAME");
    },
  ],
  [
    "SSL_PEER_CERT_HASH: the hash of the peer's own certificate, behind the hash's name and a colon.",
    async () => {
      const hash = sha256(derCertificate(jane.certFile));
      expect(await janesEnvironment()).toMatchObject({ SSL_PEER_CERT_HASH: `SHA256:${hash}` });
    },
  ],
  [
    "SSL_PEER_CERT_SUBJECT: the subject of the peer's own certificate, with its name as CN.",
    async () => {
      const subject = "O=Bearhug, CN=jane.test";
      expect(await janesEnvironment()).toMatchObject({ SSL_PEER_CERT_SUBJECT: subject });
    },
  ],
  [
    "More such variables may come: SSL_PEER_CERT_SAN and SSL_PEER_CERT_SPKI_HASH have.",
    async () => {
      expect(await janesEnvironment()).toMatchObject({
        SSL_PEER_CERT_SAN: "DNS:jane.test",
        SSL_PEER_CERT_SPKI_HASH: expect.stringMatching(/^SHA256:[0-9a-f]{64}$/),
      });
    },
  ],
];

function janesEnvironment() {
  return environmentOf({ options: "-y", environment: CAFILE, client: showing(jane) });
}

/** The CA is the one that signed for Jane, and another's certificate is refused. */
async function knows(options: string, environment: Record<string, string>): Promise<void> {
  const { ended } = await visit({ options, environment, client: showing(jane) });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const client = showing(stranger);
  expect(await refused({ options, environment, client })).toMatchObject({ code: 98 });
}

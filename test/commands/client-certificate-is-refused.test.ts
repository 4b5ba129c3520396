/**
 * Whatever is wrong with a client's certificate: the client gets the alert for it, s6-tlsd says what
 * it was and ends with 98, and the program never runs; with -Y no less than with -y.
 */
import { execFileSync } from "node:child_process";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Authority, newKey } from "../support/certificates.ts";
import { opensslCertificate, refusalOf } from "../support/certified-clients.ts";
import {
  ClientAuthority,
  type ClientCredentials,
  credentials as credentialsOf,
  selfSigned,
} from "../support/client-authority.ts";
import { openssl } from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { serveGuarded } from "../support/refusals.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const server = authority.issue();
const root = ClientAuthority.root();
const intermediate = root.intermediate();

/** Their names are those of `root` and `intermediate`; their keys are not. */
const impostor = ClientAuthority.root();
const expired = root.intermediate({ begins: -30, ends: -1 });
const forServers = root.intermediate({
  extensions: [extension.constraints({ ca: true }), extension.extendedKeyUsage("serverAuth")],
});
const noAuthority = root.intermediate({ extensions: [extension.constraints({ ca: false })] });
const unconstrained = root.intermediate({ extensions: [] });
const signsNoCertificates = root.intermediate({
  extensions: [extension.constraints({ ca: true }), extension.keyUsage("digitalSignature")],
});
const childless = root.intermediate({
  extensions: [extension.constraints({ ca: true, pathLength: 0 })],
});
const broken = root.intermediate({ broken: true });

function withChain(client: ClientCredentials, ...chain: Buffer[]): ClientCredentials {
  return credentialsOf(client.key, [client.der, ...chain]);
}

/** A client's certificate and those of its authorities, but for the root's. */
function endOfChain(length: number): ClientCredentials {
  let issuer = root;
  for (let above = 1; above < length; above++) issuer = issuer.intermediate();
  return issuer.issue();
}

/** Five primes are found in a fraction of the time that two of the same product take. */
function hugeKey(): KeyObject {
  return createPrivateKey(
    execFileSync("openssl", ["genrsa", "-primes", "5", "8192"], {
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
}

const REFUSED: [what: string, client: ClientCredentials, alert: string, message: string][] = [
  ["expired", root.issue({ begins: -30, ends: -1 }), "certificate expired", "certificate expired"],
  [
    "not yet valid",
    root.issue({ begins: 1, ends: 30 }),
    "certificate expired",
    "certificate not yet valid",
  ],
  ["of an expired intermediate", expired.issue(), "certificate expired", "certificate expired"],
  [
    "of an unknown authority",
    ClientAuthority.root({ subject: name(["CN", "Somebody else"]) }).issue(),
    "unknown ca",
    "certificate that no trust anchor vouches for",
  ],
  [
    "without its intermediate",
    withChain(intermediate.issue()),
    "unknown ca",
    "certificate that no trust anchor vouches for",
  ],
  ["self-signed", selfSigned(), "unknown ca", "certificate that no trust anchor vouches for"],
  [
    "of an authority with a known name and another key",
    impostor.issue(),
    "bad certificate",
    "certificate with an invalid signature",
  ],
  [
    "of an intermediate with the right name and another key",
    withChain(root.intermediate().issue(), intermediate.der),
    "bad certificate",
    "certificate with an invalid signature",
  ],
  [
    "changed after it was signed",
    root.issue({ broken: true }),
    "bad certificate",
    "certificate with an invalid signature",
  ],
  [
    "changed after it was signed, below an intermediate",
    intermediate.issue({ broken: true }),
    "bad certificate",
    "certificate with an invalid signature",
  ],
  [
    "of an intermediate that was changed",
    broken.issue(),
    "bad certificate",
    "certificate with an invalid signature",
  ],
  [
    "with an intermediate of another CA's",
    withChain(
      intermediate.issue(),
      root.intermediate({ subject: name(["CN", "Not my issuer"]) }).der,
    ),
    "bad certificate",
    "certificate whose issuer is not the next one's subject",
  ],
  [
    "of one that is no authority",
    noAuthority.issue(),
    "bad certificate",
    "certificate issued by one that is not a CA's",
  ],
  [
    "of one that doesn't say whether it is an authority",
    unconstrained.issue(),
    "bad certificate",
    "certificate issued by one that is not a CA's",
  ],
  [
    "of one that may not sign certificates",
    signsNoCertificates.issue(),
    "unsupported certificate",
    "certificate whose key usage forbids this use",
  ],
  [
    "of an intermediate below one that may have none",
    childless.intermediate({ subject: name(["CN", "Grandchild"]) }).issue(),
    "bad certificate",
    "certificate issued by one that is not a CA's",
  ],
  [
    "for servers only",
    root.issue({ extensions: [extension.extendedKeyUsage("serverAuth", "emailProtection")] }),
    "unsupported certificate",
    "certificate whose key usage forbids this use",
  ],
  [
    "for servers only, critically",
    root.issue({ extensions: [extension.criticalExtendedKeyUsage("serverAuth")] }),
    "unsupported certificate",
    "certificate whose key usage forbids this use",
  ],
  [
    "for clients, critically, and changed after it was signed",
    root.issue({ extensions: [extension.criticalExtendedKeyUsage("clientAuth")], broken: true }),
    "bad certificate",
    "certificate with an invalid signature",
  ],
  [
    "for clients, critically, with a critical extension that nobody knows",
    root.issue({
      extensions: [
        extension.criticalExtendedKeyUsage("clientAuth"),
        extension.unknown({ critical: true }),
      ],
    }),
    "unsupported certificate",
    "certificate with an unknown critical extension",
  ],
  [
    "critically for clients the first time, and for servers the second",
    root.issue({
      extensions: [
        extension.criticalExtendedKeyUsage("clientAuth"),
        extension.criticalExtendedKeyUsage("serverAuth"),
      ],
    }),
    "bad certificate",
    "certificate with an extraneous element",
  ],
  [
    "of an intermediate for servers only",
    forServers.issue(),
    "unsupported certificate",
    "certificate whose key usage forbids this use",
  ],
  [
    "whose key may not sign",
    root.issue({ extensions: [extension.keyUsage("keyAgreement")] }),
    "unsupported certificate",
    "public key of the wrong type, or not allowed for this use",
  ],
  [
    "with a critical extension that nobody knows",
    root.issue({ extensions: [extension.unknown({ critical: true })] }),
    "unsupported certificate",
    "certificate with an unknown critical extension",
  ],
  [
    "with a key of 8192 bits",
    root.issue({ key: hugeKey() }),
    "unsupported certificate",
    "key, signature or chain over the supported size",
  ],
  [
    "with a key of 1024 bits",
    root.issue({ key: newKey("RSA-1024") }),
    "unsupported certificate",
    "certificate with too small a key",
  ],
  [
    "at the end of a chain of 65",
    endOfChain(65),
    "unsupported certificate",
    "key, signature or chain over the supported size",
  ],
  [
    "of over 16 KiB",
    root.issue({ extensions: [extension.unknown({ critical: false, size: 16384 })] }),
    "unsupported certificate",
    "key, signature or chain over the supported size",
  ],
];

const asking = { CAFILE: root.certFile };

describe.each([
  ["-y", "TLSv1.2"],
  ["-Y", "TLSv1.2"],
  ["-y", "TLSv1.3"],
  ["-Y", "TLSv1.3"],
] as const)("with %s, in %s, a certificate is refused", (option, version) => {
  it.each(REFUSED)("%s", async (_, client, alert, complaint) => {
    const guarded = await serveGuarded(server, [option], asking);
    expect(await refusalOf(guarded, { authority, client, version })).toEqual({
      alert,
      code: 98,
      message: `TLS error: ${complaint}; sent the alert ${alert.replaceAll(" ", "_")}`,
    });
  });
});

describe("a certificate that is signed with SHA-1", () => {
  const client = root.issue({ hash: "sha1" });

  it.each(["-y", "-Y"])("is refused in TLS 1.2, with %s", async (option) => {
    const guarded = await serveGuarded(server, [option], asking);
    expect(await refusalOf(guarded, { authority, client, version: "TLSv1.2" })).toEqual({
      alert: "unsupported certificate",
      code: 98,
      message:
        "TLS error: certificate with an unsupported feature; sent the alert unsupported_certificate",
    });
  });

  // tls13/client-certificates has a client that shows it all the same.
  it("is kept back by OpenSSL in TLS 1.3, where the request names no SHA-1: -y", async () => {
    const guarded = await serveGuarded(server, ["-y"], asking);
    expect(await refusalOf(guarded, { authority, client })).toEqual({
      alert: "certificate required",
      code: 98,
      message: "TLS error: no client certificate; sent the alert certificate_required",
    });
  });

  it("is kept back by OpenSSL in TLS 1.3, where the request names no SHA-1: -Y", async () => {
    const prog = ["sh", "-c", 'echo "[$SSL_PROTOCOL|$SSL_PEER_CERT_SUBJECT|$SSL_PEER_CERT_HASH]"'];
    const listener = await serve({
      ...{ credentials: server, options: ["-SY"], environment: asking, prog },
    });
    const options = ["-tls1_3", ...opensslCertificate(client)];
    const { stdout } = await openssl({ port: listener.port, authority }, options);
    expect(stdout).toBe("[TLSv1.3||]\n");
  });
});

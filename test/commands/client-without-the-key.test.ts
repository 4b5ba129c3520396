/**
 * A client's certificate is public, its key is not: a client without the key is refused,
 * whether the key would sign or, in static ECDH, agree on a secret. OpenSSL no longer speaks the
 * latter; BearSSL's client does.
 */
import { describe, expect, it } from "vitest";
import { bearsslClient, type Shown } from "../support/bearssl-client.ts";
import { Authority, newKey } from "../support/certificates.ts";
import { ClientAuthority, selfSigned } from "../support/client-authority.ts";
import { connectRaw } from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { serveGuarded } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { OLDER_SUITES } from "../support/suites.ts";

const server = Authority.root().issue();
const root = ClientAuthority.root();
const client = root.issue();
const CAFILE = root.certFile;
const asking = ["-y", "--tls-profile=compat"];

const EPHEMERAL = 0xc02b; // ECDHE-ECDSA-AES128-GCM-SHA256
const STATIC = suite("ECDH-ECDSA-AES128-GCM-SHA256");
const TLS_1_2 = 0x0303;

function suite(wanted: string): number {
  const found = OLDER_SUITES.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`no suite ${wanted}`);
  return found.id;
}

async function visit(port: number, offered: number, certificate?: Shown): Promise<string> {
  return bearsslClient(await connectRaw(port), {
    suite: offered,
    version: TLS_1_2,
    key: server.key,
    ...(certificate && { certificate }),
  });
}

describe("a client with its key is welcome", () => {
  it.each<[string, Shown["way"], number]>([
    ["signing, with an ephemeral exchange", "signature", EPHEMERAL],
    ["signing, with a static exchange", "signature", STATIC],
    ["agreeing, with a static exchange", "secret", STATIC],
  ])("%s", async (_, way, offered) => {
    const { port } = await serve({
      credentials: server,
      options: ["-S", ...asking],
      environment: { CAFILE },
      prog: ["printenv", "SSL_PEER_CERT_SUBJECT"],
    });
    expect(await visit(port, offered, { way, ...client })).toBe("CN=client\n");
  });
});

const UNTRUSTED = "certificate that no trust anchor vouches for; sent the alert unknown_ca";
const WRONG_USE = "public key of the wrong type, or not allowed for this use";
const signs = root.issue({ extensions: [extension.keyUsage("digitalSignature")] });
const agrees = root.issue({ extensions: [extension.keyUsage("keyAgreement")] });
const rsa = root.issue({ kind: "RSA-2048" });
const otherCurve = root.issue({ kind: "P-384" });
const stranger = selfSigned();

interface Case {
  offered: number;
  certificate?: Shown;
  complaint: string;
}

const REFUSED: [what: string, refused: Case][] = [
  [
    "with a signature by another key",
    {
      offered: EPHEMERAL,
      certificate: { way: "signature", der: client.der, key: newKey("P-256") },
      complaint: "invalid signature; sent the alert decrypt_error",
    },
  ],
  [
    "with a signature by another key, and a static exchange",
    {
      offered: STATIC,
      certificate: { way: "signature", der: client.der, key: newKey("P-256") },
      complaint: "invalid signature; sent the alert decrypt_error",
    },
  ],
  [
    "with a signature by a key of another kind",
    {
      offered: EPHEMERAL,
      certificate: { way: "signature", der: rsa.der, key: newKey("P-256") },
      complaint: "invalid signature; sent the alert decrypt_error",
    },
  ],
  [
    "with another key's secret",
    {
      offered: STATIC,
      certificate: { way: "secret", der: client.der, key: newKey("P-256") },
      complaint: "record with a wrong MAC or padding; sent the alert bad_record_mac",
    },
  ],
  [
    "with a guess at the secret",
    {
      offered: STATIC,
      certificate: { way: "guess", ...client },
      complaint: "record with a wrong MAC or padding; sent the alert bad_record_mac",
    },
  ],
  [
    "with a guess where the keys are on different curves",
    {
      offered: STATIC,
      certificate: { way: "guess", ...otherCurve },
      complaint: "record with a wrong MAC or padding; sent the alert bad_record_mac",
    },
  ],
  [
    "with a secret in place of an ephemeral exchange",
    {
      offered: EPHEMERAL,
      certificate: { way: "secret", ...client },
      complaint: "unexpected record or message; sent the alert unexpected_message",
    },
  ],
  [
    "with a secret, and a certificate that is for signatures",
    {
      offered: STATIC,
      certificate: { way: "secret", ...signs },
      complaint: `${WRONG_USE}; sent the alert unsupported_certificate`,
    },
  ],
  [
    "with a signature, and a certificate that is for key exchanges",
    {
      offered: STATIC,
      certificate: { way: "signature", ...agrees },
      complaint: `${WRONG_USE}; sent the alert unsupported_certificate`,
    },
  ],
  [
    "with a guess, and an RSA certificate",
    {
      offered: STATIC,
      certificate: { way: "guess", der: rsa.der, key: client.key },
      complaint: `${WRONG_USE}; sent the alert unsupported_certificate`,
    },
  ],
  [
    "with its own secret, and a certificate of its own making",
    { offered: STATIC, certificate: { way: "secret", ...stranger }, complaint: UNTRUSTED },
  ],
  [
    "with no certificate at all",
    {
      offered: STATIC,
      complaint: "no client certificate; sent the alert handshake_failure",
    },
  ],
];

describe("a client is refused", () => {
  it.each(REFUSED)("%s", async (_, { offered, certificate, complaint }) => {
    const { listener, refusal } = await serveGuarded(server, asking, { CAFILE });
    await expect(visit(listener.port, offered, certificate)).rejects.toThrow("BearSSL error");
    const { code, stderr } = await refusal();
    expect(stderr).toBe(`s6-tlsd: fatal: TLS error: ${complaint}\n`);
    expect(code).toBe(98);
  });
});

describe("with -Y", () => {
  const optional = ["-Y", "--tls-profile=compat"];

  it.each(["secret", "signature", "guess"] as const)(
    "a certificate of the client's own making is refused: %s",
    async (way) => {
      const { listener, refusal } = await serveGuarded(server, optional, { CAFILE });
      const visited = visit(listener.port, STATIC, { way, ...stranger });
      await expect(visited).rejects.toThrow("BearSSL error");
      expect(await refusal()).toMatchObject({
        code: 98,
        stderr: `s6-tlsd: fatal: TLS error: ${UNTRUSTED}\n`,
      });
    },
  );

  it("a client without one is welcome to a static exchange", async () => {
    const { port } = await serve({
      credentials: server,
      options: ["-S", ...optional],
      environment: { CAFILE },
      prog: ["sh", "-c", 'echo "$(printenv SSL_PEER_CERT_HASH || echo nobody)"'],
    });
    expect(await visit(port, STATIC)).toBe("nobody\n");
  });
});

/**
 * prog's environment: ours less what names keys and certificates, plus what the handshake told about
 * the server.
 */
import { createHash, createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Call, call } from "../support/calls.ts";
import { SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { opensslServer } from "../support/tls-servers.ts";
import { words } from "../support/words.ts";

const authority = ClientAuthority.root();
const server = authority.issue({
  subject: name(["CN", "a+server"], ["O", "Bearhug"], ["C", "FR"]),
  extensions: [extension.alternativeNames(["DNS", SERVER_NAME], ["IP", Buffer.of(127, 0, 0, 1)])],
});
const ours = authority.issue();

const OURS = { TLS_PROFILE: "compat", "KEYFILE:x": "/no", "CERTFILE:x": "/no" };

const STALE = {
  SSL_PROTOCOL: "stale",
  SSL_CIPHER: "stale",
  SSL_TLS_SNI_SERVERNAME: "stale",
  SSL_PEER_CERT_HASH: "stale",
  SSL_PEER_CERT_SUBJECT: "stale",
  SSL_PEER_CERT_SAN: "stale",
  SSL_PEER_CERT_SPKI_HASH: "stale",
};

const spki = createPublicKey(server.key).export({ type: "spki", format: "der" });

const VERSIONS = [
  ["-tls1_2", { SSL_PROTOCOL: "TLSv1.2", SSL_CIPHER: "ECDHE-ECDSA-CHACHA20-POLY1305" }],
  [
    "-tls1_3",
    {
      SSL_PROTOCOL: "TLSv1.3",
      SSL_CIPHER: "TLS_CHACHA20_POLY1305_SHA256",
      SSL_GROUP: "X25519",
    },
  ],
] as const;

const TOLD = {
  SSL_TLS_SNI_SERVERNAME: SERVER_NAME,
  SSL_PEER_CERT_HASH: `SHA256:${sha256(server.der)}`,
  SSL_PEER_CERT_SUBJECT: "C=FR, O=Bearhug, CN=a\\+server",
  SSL_PEER_CERT_SAN: `DNS:${SERVER_NAME}, IP Address:127.0.0.1`,
  SSL_PEER_CERT_SPKI_HASH: `SHA256:${sha256(spki)}`,
};

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function environmentOf(version: string, settings: Partial<Call>) {
  const { port } = await opensslServer(server, [version]);
  const client = await call({ port, authority, prog: ["env", "-0"], ...settings });
  const { stdout, stderr, code } = await client.ended;
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  const pairs = stdout.split("\0").filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}

const environment = { ...OURS, ...STALE, CAFILES: "kept", EMPTY: "" };
// TLS 1.2 tells no group, and nothing old stays in its place.
const settings = { environment: { ...environment, SSL_GROUP: "stale" }, credentials: ours };

describe.each(VERSIONS)("a server with %s", (version, agreed) => {
  it.each(["", "-z", "-Z -z", "--no-keep", "-y"])(
    "with %j, what we read is gone, and the server is told about",
    async (line) => {
      const seen = await environmentOf(version, { ...settings, options: words(line) });
      const left = { PATH: process.env["PATH"], CAFILES: "kept", EMPTY: "" };
      expect(seen).toEqual({ ...left, ...TOLD, ...agreed });
    },
  );

  it.each(["-Z", "-z -Z", "--keep"])("with %j, what we read is kept", async (line) => {
    const seen = await environmentOf(version, { ...settings, options: words(line) });
    expect(seen).toEqual({
      ...environment,
      ...TOLD,
      ...agreed,
      PATH: process.env["PATH"],
      CAFILE: authority.certFile,
      KEYFILE: ours.keyFile,
      CERTFILE: ours.certFile,
    });
  });
});

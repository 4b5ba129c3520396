/**
 * Before TLS 1.3, a client's supported_groups say which curves a certificate's key may be on, too
 * (RFC 8422, 4 and 5.1.1). TLS 1.3 has signature_algorithms for that (RFC 8446, 4.2.7).
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectByNode } from "node:tls";
import { describe, expect, it } from "vitest";
import { Authority, type KeyKind, SERVER_NAME } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import {
  bearhug,
  type Failure,
  failureOf,
  listening,
  pairOf,
  secured,
} from "../support/library.ts";
import { within } from "../support/limits.ts";
import { ALERT } from "../support/refusals.ts";
import { nextConnection } from "../support/tls-servers.ts";
import { Tls12Server } from "../support/tls12-server.ts";

const authority = Authority.root();
const ca = readFileSync(authority.certFile);

async function serverOf(kind: KeyKind) {
  const server = bearhug.createServer(pairOf(authority.issue({ kind })), (stream) => {
    stream.on("error", () => {}).end("hello");
  });
  return { server, port: await listening(server) };
}

/** OpenSSL's client: the version that it speaks, or why not. */
function visit(port: number, ecdhCurve: string, version: "TLSv1.2" | "TLSv1.3"): Promise<string> {
  const versions = { minVersion: version, maxVersion: version };
  const options = { port, host: "127.0.0.1", servername: SERVER_NAME, ca, ecdhCurve, ...versions };
  const visited = new Promise<string>((resolve) => {
    const socket = connectByNode(options, () => {
      resolve(`${socket.getProtocol()}`);
      socket.destroy();
    });
    socket.on("error", (error) => resolve((error as Failure).code ?? ""));
  });
  return within(10_000, "a handshake or an error", visited);
}

describe("a server", () => {
  it.each([
    ["P-256", "X25519"],
    ["P-256", "X25519:secp384r1"],
    ["P-384", "X25519:prime256v1"],
    ["P-521", "prime256v1"],
  ] as const)(
    "with a key on %s refuses a client of TLS 1.2 that has %s alone",
    async (kind, groups) => {
      const { server, port } = await serverOf(kind);
      const failed = once(server, "tlsClientError");
      expect(await visit(port, groups, "TLSv1.2")).toBe("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE");
      const [error] = await failed;
      expect(error).toMatchObject({
        code: "ERR_BEARHUG_WRONG_CURVE",
        side: "peer",
        alert: "handshake_failure",
        message:
          "certificate's key on a curve that the client does not offer; sent the alert handshake_failure",
      });
    },
  );

  it.each([
    ["P-256", "X25519:prime256v1", "TLSv1.2"],
    ["P-384", "X25519:secp384r1", "TLSv1.2"],
    ["P-521", "X25519:secp521r1", "TLSv1.2"],
    ["RSA-2048", "X25519", "TLSv1.2"],
    ["P-256", "X25519", "TLSv1.3"],
    ["P-384", "X25519", "TLSv1.3"],
    ["P-521", "prime256v1", "TLSv1.3"],
  ] as const)("with a key on %s serves a client that has %s, in %s", async (...asked) => {
    const [kind, groups, version] = asked;
    const { port } = await serverOf(kind);
    expect(await visit(port, groups, version)).toBe(version);
  });
});

describe("a client of TLS 1.2", () => {
  it.each([
    ["P-384", "secp256r1"],
    ["P-521", "X25519:secp256r1"],
    ["P-521", "secp256r1:secp384r1"],
  ] as const)("refuses a key on %s when it has %s alone", async (kind, ecdhCurve) => {
    // A certificate that is made after its client's clock was read is not valid yet.
    const credentials = authority.issue({ kind });
    const { port, socket } = await nextConnection();
    const stream = bearhug.connect({
      ...{ port, host: "127.0.0.1", servername: SERVER_NAME, ca, maxVersion: "TLSv1.2", ecdhCurve },
    });
    const failure = failureOf(stream);
    const server = new Tls12Server(await socket, credentials);
    await server.hear();
    server.flight();
    expect((await lastWords(server)).alert).toBe(ALERT.illegalParameter);
    expect(await failure).toMatchObject({
      code: "ERR_BEARHUG_WRONG_CURVE",
      side: "peer",
      alert: "illegal_parameter",
    });
  });

  it.each(["P-256", "P-384", "P-521"] as const)("takes a key on %s that it has", async (kind) => {
    // A certificate that is made after its client's clock was read is not valid yet.
    const credentials = authority.issue({ kind });
    const { port, socket } = await nextConnection();
    const stream = bearhug.connect({
      ...{ port, host: "127.0.0.1", servername: SERVER_NAME, ca, maxVersion: "TLSv1.2" },
    });
    const open = secured(stream);
    const server = new Tls12Server(await socket, credentials);
    await server.establish();
    expect((await open).getProtocol()).toBe("TLSv1.2");
  });
});

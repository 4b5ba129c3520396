/**
 * Our client with the profile strict, and the servers that people have: each suite and group, with a
 * retry, with a certificate of its own, and what it refuses.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type TlsOptions } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { Authority, type KeyKind, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, pairOf } from "../support/library.ts";

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server of Node's, that is OpenSSL's, which echoes. */
async function serving(options: TlsOptions = {}, pair = credentials): Promise<number> {
  const server = createServer(
    { ...pairOf(pair), minVersion: "TLSv1.3", ALPNProtocols: ["two", "one"], ...options },
    (socket) => {
      socket.on("error", () => {});
      socket.pipe(socket);
    },
  );
  server.on("tlsClientError", () => {});
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

type Options = Parameters<typeof bearhug.connect>[0];

async function connected(port: number, more: Partial<Options> = {}) {
  const stream = bearhug.connect({
    ...{ host: "127.0.0.1", port, servername: SERVER_NAME, ca, profile: "strict" },
    ...more,
  });
  await once(stream, "secureConnect");
  return stream;
}

async function echo(port: number, more: Partial<Options> = {}) {
  const stream = await connected(port, more);
  const facts = {
    protocol: stream.protocol,
    cipher: stream.cipher,
    group: stream.getEphemeralKeyInfo()?.name,
    alpn: stream.alpnProtocol,
  };
  stream.end("there and back");
  let text = "";
  for await (const data of stream) text += data;
  return { ...facts, text };
}

async function refusal(port: number, more: Partial<Options> = {}): Promise<string> {
  try {
    await echo(port, more);
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
}

describe("a server of OpenSSL's", () => {
  it.each(["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"])(
    "with %s",
    async (ciphers) => {
      const port = await serving({ ciphers });
      expect(await echo(port)).toMatchObject({
        ...{ protocol: "TLSv1.3", cipher: ciphers, group: "X25519", text: "there and back" },
      });
    },
  );

  it.each([
    ["P-256", "secp256r1"],
    ["P-384", "secp384r1"],
  ])("that asks for another hello, with %s", async (ecdhCurve, group) => {
    const port = await serving({ ecdhCurve });
    expect(await echo(port)).toMatchObject({ group, text: "there and back" });
  });

  it.each<KeyKind>(["P-256", "P-384", "P-521", "RSA-2048", "RSA-4096"])(
    "whose key is of %s",
    async (kind) => {
      const port = await serving({}, authority.issue({ kind }));
      expect(await echo(port)).toMatchObject({ text: "there and back" });
    },
  );

  it("and the application protocol that it chooses", async () => {
    const port = await serving();
    expect(await echo(port, { ALPNProtocols: ["one", "two"] })).toMatchObject({ alpn: "two" });
    expect(await echo(port)).toMatchObject({ alpn: null });
  });

  it("and a megabyte each way", async () => {
    const stream = await connected(await serving());
    const sent = Buffer.alloc(1 << 20, "0123456789");
    stream.end(sent);
    const heard: Buffer[] = [];
    for await (const data of stream) heard.push(data);
    expect(Buffer.concat(heard).equals(sent)).toBe(true);
  });

  it.each<KeyKind>(["P-256", "P-384", "RSA-2048"])(
    "that wants a certificate gets one with a key of %s",
    async (kind) => {
      const port = await serving({ requestCert: true, rejectUnauthorized: true, ca: [ca] });
      const own = authority.issue({ kind });
      expect(await echo(port, pairOf(own))).toMatchObject({ text: "there and back" });
    },
  );

  it("that would like a certificate goes on without one", async () => {
    const port = await serving({ requestCert: true, rejectUnauthorized: false, ca: [ca] });
    expect(await echo(port)).toMatchObject({ text: "there and back" });
  });
});

describe("is refused", () => {
  it("a server without TLS 1.3", async () => {
    const port = await serving({ minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
    expect(await refusal(port)).not.toBe("none");
  });

  it("a server whose certificate is for another name", async () => {
    expect(await refusal(await serving(), { servername: "other.test" })).toMatch(/name/);
  });

  it("a server that nobody known vouches for", async () => {
    const port = await serving({}, Authority.root().issue());
    expect(await refusal(port)).toMatch(/anchor|signature|trust/);
  });

  it("a server that must have a certificate and gets none, as far as it says so", async () => {
    const port = await serving({ requestCert: true, rejectUnauthorized: true, ca: [ca] });
    expect(await refusal(port)).not.toBe("none");
  });
});

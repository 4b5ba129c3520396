/** createServer with `proxyProtocol`: who the client is, as real proxies tell it. */
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { bearhug, listening, pairOf, type TlsStream, thrownBy } from "../support/library.ts";
import { within } from "../support/limits.ts";
import { startHaproxy, startNginxStream } from "../support/proxies.ts";
import { scratchFile } from "../support/scratch.ts";

type Options = Parameters<typeof bearhug.createServer>[0];

const authority = Authority.root();
const credentials = authority.issue();
const pair = pairOf(credentials);
const LINE = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n";

function serverWith(options: Partial<Options> = {}) {
  return bearhug.createServer({ ...pair, proxyProtocol: true, ...options });
}

/** The stream of the next client, and the client. */
async function meet(server: ReturnType<typeof serverWith>, port: number) {
  const arrived = once(server, "secureConnection") as Promise<[TlsStream]>;
  const client = await connect({ port, authority });
  const [stream] = await within(10_000, "the client", arrived);
  return { client, stream };
}

it.each([
  ["HAProxy, version 1", (port: number) => startHaproxy({ port, says: "v1" })],
  ["HAProxy, version 2", (port: number) => startHaproxy({ port, says: "v2" })],
  ["nginx, version 1", startNginxStream],
])("%s: the client's address and port, and its bytes", async (_, startProxy) => {
  const server = serverWith({ trustedProxies: ["127.0.0.0/8"] });
  server.on("tlsClientError", () => {});
  const port = await startProxy(await listening(server));
  const { client, stream } = await meet(server, port);
  expect(stream.remoteAddress).toBe("127.0.0.1");
  expect(stream.remotePort).toBe(client.localPort);
  expect(stream.localPort).toBe(port);
  expect(stream.remoteFamily).toBe("IPv4");
  stream.end("for the client");
  const [data] = await once(client, "data");
  expect(String(data)).toBe("for the client");
});

it("HAProxy that ends the client's TLS: what the client had with it", async () => {
  const server = serverWith();
  server.on("tlsClientError", () => {});
  const pem = scratchFile("proxy.pem", Buffer.concat([pair.key, Buffer.from("\n"), pair.cert]));
  const port = await startHaproxy({ port: await listening(server), says: "v2-tls", pem });
  const arrived = once(server, "secureConnection") as Promise<[TlsStream]>;
  // TLS inside of TLS: the outer one is the proxy's.
  const outer = connectTls({
    port,
    host: "127.0.0.1",
    servername: SERVER_NAME,
    rejectUnauthorized: false,
  });
  await once(outer, "secureConnect");
  const inner = connectTls({ socket: outer, servername: SERVER_NAME, rejectUnauthorized: false });
  const [stream] = await within(10_000, "the client", arrived);
  expect(stream.proxyHeader).toMatchObject({
    version: 2,
    serverName: SERVER_NAME,
    tls: { protocol: outer.getProtocol(), commonName: null },
  });
  inner.destroy();
});

it("a header in pieces of one byte, and the ClientHello right behind it", async () => {
  const server = serverWith();
  const port = await listening(server);
  const arrived = once(server, "secureConnection") as Promise<[TlsStream]>;
  const socket = connectTcp({ port, host: "127.0.0.1", noDelay: true });
  for (const byte of LINE) await new Promise<void>((done) => socket.write(byte, () => done()));
  const client = connectTls({ socket, servername: SERVER_NAME, rejectUnauthorized: false });
  const [stream] = await within(10_000, "the client", arrived);
  expect(stream.remoteAddress).toBe("192.0.2.1");
  expect(stream.localPort).toBe(443);
  client.destroy();
});

/** What a server says of a client that says something else than it should. */
async function refusalOf(said: string | Buffer, options: Partial<Options> = {}) {
  const server = serverWith(options);
  const port = await listening(server);
  const refused = once(server, "tlsClientError");
  const socket = connectTcp({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  const closed = once(socket, "close");
  socket.resume();
  socket.write(said);
  const [error] = await within(10_000, "a refusal", refused);
  await within(10_000, "the end", closed);
  return error as Error & { code: string };
}

it.each([
  ["TLS without a header", Buffer.from([22, 3, 1, 2, 0, 1]), "begins with something else"],
  ["a line that is too long", `PROXY UNKNOWN ${"x".repeat(200)}`, "more than 107 bytes"],
  ["a header of UDP", "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", "none of TCP4, TCP6, UNKNOWN"],
])("%s: the client is hung up on, and the server says why", async (_, said, reason) => {
  const error = await refusalOf(said);
  expect(error.code).toBe("ERR_BEARHUG_BAD_PROXY_HEADER");
  expect(error.message).toContain(reason);
});

it("a proxy that is not trusted is hung up on, whatever it says", async () => {
  const error = await refusalOf(LINE, { trustedProxies: ["192.0.2.0/24", "2001:db8::/32"] });
  expect(error.message).toBe("127.0.0.1 is not one of the trusted proxies");
});

it("half a header is waited for no longer than the handshake may take", async () => {
  const error = await refusalOf(LINE.slice(0, 20), { handshakeTimeout: 300 });
  expect(error.message).toContain("not whole within 300 ms");
});

it("half a header and an end: the server says so", async () => {
  const server = serverWith();
  const port = await listening(server);
  const refused = once(server, "tlsClientError");
  connectTcp({ port, host: "127.0.0.1" }).end(LINE.slice(0, 20));
  const [error] = await within(10_000, "a refusal", refused);
  expect((error as Error).message).toContain("ended before it was whole");
});

it.each([
  [{ trustedProxies: ["127.0.0.1"], proxyProtocol: false }, "of no use without proxyProtocol"],
  [{ trustedProxies: "127.0.0.1" }, "must be an array of IP addresses or networks"],
  [{ trustedProxies: ["127.0.0.1/33"] }, "must be an array of IP addresses or networks"],
  [{ trustedProxies: ["127.0.0.1/8"] }, "must be an array of IP addresses or networks"],
  [{ proxyProtocol: "yes" }, "must be a boolean"],
])("options %j are refused", (options, reason) => {
  expect(String(thrownBy(() => serverWith(options as Partial<Options>)))).toContain(reason);
});

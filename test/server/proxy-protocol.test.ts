/**
 * -L: who the client is, as HAProxy and nginx tell it in front of TLS; whom is believed, and what
 * limits, rules and the log are about.
 */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { everything, run } from "../support/processes.ts";
import { startHaproxy, startNginxStream } from "../support/proxies.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();
const SHOW = ["sh", "-c", "printenv | grep -E '^(PROTO|TCP|IPC|SSL)' | sort"];

function serverWith(line: string): Promise<Server> {
  return startServer({ authority, credentials, prog: SHOW, options: words(line) });
}

async function variables(port: number): Promise<Record<string, string>> {
  const client = await connect({ port, authority });
  return {
    ...parse(`${await everything(client)}`),
    CLIENT_PORT: `${client.localPort}`,
  };
}

function parse(text: string): Record<string, string> {
  return Object.fromEntries(text.split("\n").map((line) => line.split("=", 2)));
}

/** What prog sees of a client with this in front of its TLS; "" if the server hangs up. */
async function withHeader(
  server: Server,
  header: string | Buffer,
): Promise<Record<string, string>> {
  const socket = connectTcp({ port: server.port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.write(header);
  const client = connectTls({ socket, servername: SERVER_NAME, rejectUnauthorized: false });
  const heard = new Promise<string>((resolve) => {
    let text = "";
    client.setEncoding("utf8");
    client.on("data", (chunk: string) => {
      text += chunk;
    });
    client.on("error", () => {});
    client.once("close", () => resolve(text));
  });
  return parse(await within(10_000, "an answer", heard));
}

it.each([
  ["HAProxy, version 1", (port: number) => startHaproxy({ port, says: "v1" })],
  ["HAProxy, version 2", (port: number) => startHaproxy({ port, says: "v2" })],
  ["nginx, version 1", startNginxStream],
])("%s: prog learns the client's address and port", async (_, startProxy) => {
  const server = await serverWith("-L --proxy-from 127.0.0.1 -v");
  const port = await startProxy(server.port);
  const { CLIENT_PORT, ...seen } = await variables(port);
  expect(seen).toMatchObject({
    PROTO: "TCP",
    TCPREMOTEIP: "127.0.0.1",
    TCPREMOTEPORT: CLIENT_PORT,
    TCPLOCALPORT: `${port}`,
    SSL_TLS_SNI_SERVERNAME: SERVER_NAME,
  });
  await server.logged(new RegExp(`open from 127\\.0\\.0\\.1:${CLIENT_PORT},`));
});

it("HAProxy that ends the client's TLS: prog learns about that in place of ours", async () => {
  const server = await serverWith("-L");
  const { keyFile, certFile } = credentials;
  const pem = scratchFile("proxy.pem", (await run(["cat", certFile, keyFile])).stdout);
  const port = await startHaproxy({ port: server.port, says: "v2-tls", pem });
  const outer = connectTls({
    ...{ port, host: "127.0.0.1", servername: "outer.test", rejectUnauthorized: false },
  });
  const inner = connectTls({ socket: outer, servername: SERVER_NAME, rejectUnauthorized: false });
  const seen = parse(`${await within(10_000, "the answer", everything(inner))}`);
  expect(seen).toMatchObject({
    SSL_PROTOCOL: outer.getProtocol(),
    SSL_CIPHER: outer.getCipher().standardName,
    SSL_TLS_SNI_SERVERNAME: "outer.test",
  });
});

it("a UNIX client: PROTO is IPC, and there are paths in place of addresses", async () => {
  const server = await serverWith("-L");
  const body = Buffer.alloc(216);
  body.write("/run/client", 0);
  body.write("/run/front", 108);
  const head = Buffer.from("0d0a0d0a000d0a515549540a213100d8", "hex");
  const seen = await withHeader(server, Buffer.concat([head, body]));
  expect(seen).toMatchObject({
    PROTO: "IPC",
    IPCREMOTEPATH: "/run/client",
    IPCLOCALPATH: "/run/front",
  });
  expect(seen).not.toHaveProperty("TCPREMOTEIP");
});

it("LOCAL, and UNKNOWN: the connection's own addresses", async () => {
  const server = await serverWith("-L --proxy-from 127.0.0.1");
  const local = Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");
  expect(await withHeader(server, local)).toMatchObject({ TCPREMOTEIP: "127.0.0.1" });
  expect(await withHeader(server, "PROXY UNKNOWN\r\n")).toMatchObject({ TCPREMOTEIP: "127.0.0.1" });
});

it("-L alone believes every peer, and says so at start; with --proxy-from it is silent", async () => {
  const lenient = await serverWith("-L");
  expect(lenient.saying("any peer can say that it is any client")).toHaveLength(1);
  const seen = await withHeader(lenient, "PROXY TCP4 192.0.2.1 192.0.2.2 7 8\r\n");
  expect(seen).toMatchObject({ TCPREMOTEIP: "192.0.2.1", TCPREMOTEPORT: "7", TCPLOCALPORT: "8" });
  const strict = await serverWith("-L --proxy-from 127.0.0.1");
  expect(strict.log).toEqual([]);
});

it("a peer that is none of --proxy-from is hung up on, whatever it says", async () => {
  const server = await serverWith("-L --proxy-from 192.0.2.0/24,2001:db8::/32");
  expect(await withHeader(server, "PROXY TCP4 192.0.2.1 192.0.2.2 7 8\r\n")).toEqual({
    "": undefined,
  });
  await server.logged("127.0.0.1 is none of --proxy-from");
});

it.each([
  ["no header", ""],
  ["a header of UDP", "PROXY UDP4 192.0.2.1 192.0.2.2 7 8\r\n"],
  ["a line without end", `PROXY UNKNOWN ${"x".repeat(200)}`],
])("%s: that connection ends, and the log says why", async (_, header) => {
  const server = await serverWith("-L");
  expect(await withHeader(server, header)).toEqual({ "": undefined });
  await server.logged(/from 127\.0\.0\.1:[0-9]+: PROXY header: /);
  const seen = await withHeader(server, "PROXY UNKNOWN\r\n");
  expect(seen).toMatchObject({ PROTO: "TCP" });
});

it("a header that is too slow ends that connection after -K", async () => {
  const server = await serverWith("-L -K 500");
  const socket = connectTcp({ port: server.port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.write("PROXY TCP4 ");
  const over = new Promise((resolve) => socket.once("close", resolve));
  socket.resume();
  await within(10_000, "the end", over);
  await server.logged("PROXY header: it was not whole within 500 ms");
});

it("with --proxy-from, -C and rules are about the client", async () => {
  const directory = mkdtempSync(join(scratch, "proxied-"));
  for (const [rule, verdict] of [
    ["192.0.2.0_24", "allow"],
    ["127.0.0.0_8", "deny"],
  ] as const) {
    mkdirSync(join(directory, "ip4", rule), { recursive: true });
    writeFileSync(join(directory, "ip4", rule, verdict), "");
  }
  await run(["chmod", "-R", "a+rX", scratch]);
  const status = await freePort();
  const server = await serverWith(
    `-L --proxy-from 127.0.0.1 -H -v -v2 -C 1 --status 127.0.0.1:${status} -i ${directory}`,
  );
  const from = (address: string) => `PROXY TCP4 ${address} 192.0.2.200 7 8\r\n`;
  expect(await withHeader(server, from("192.0.2.1"))).toMatchObject({ TCPREMOTEIP: "192.0.2.1" });
  expect(await withHeader(server, from("198.51.100.1"))).toEqual({ "": undefined });
  expect(await withHeader(server, "PROXY UNKNOWN\r\n")).toEqual({ "": undefined });
  const holds = connectTcp({ port: server.port, host: "127.0.0.1" });
  holds.on("error", () => {});
  await server.logged(/closed: 192\.0\.2\.1:7,/);
  holds.write(from("192.0.2.1"));
  await server.logged(/open from 192\.0\.2\.1:7,/, 2);
  expect(await withHeader(server, from("192.0.2.1"))).toEqual({ "": undefined });
  expect(await withHeader(server, from("192.0.2.2"))).toMatchObject({ TCPCONNNUM: "1" });
  holds.destroy();
  const told = (await run(["curl", "-s", `http://127.0.0.1:${status}/metrics`])).stdout;
  // A stranger, and the proxy for itself; then one connection too many.
  expect(told).toContain('bearhug_connections_refused_total{reason="access"} 2\n');
  expect(told).toContain('bearhug_connections_refused_total{reason="address-limit"} 1\n');
});

it("without --proxy-from, rules are about the proxy, as in the original", async () => {
  const directory = mkdtempSync(join(scratch, "proxied-"));
  mkdirSync(join(directory, "ip4/127.0.0.0_8"), { recursive: true });
  writeFileSync(join(directory, "ip4/127.0.0.0_8/allow"), "");
  await run(["chmod", "-R", "a+rX", scratch]);
  const server = await serverWith(`-L -H -i ${directory}`);
  const seen = await withHeader(server, "PROXY TCP4 192.0.2.1 192.0.2.2 7 8\r\n");
  expect(seen).toMatchObject({ TCPREMOTEIP: "192.0.2.1" });
});

it("a bad header frees its slot", async () => {
  const server = await serverWith("-L -c 1");
  for (const header of ["PROXY TCP4 nonsense\r\n", "GET / HTTP/1.1\r\n\r\n", ""]) {
    const socket = connectTcp({ port: server.port, host: "127.0.0.1" }).on("error", () => {});
    const closed = once(socket.resume(), "close");
    socket.end(header);
    await within(10_000, "the server hangs up", closed);
    const seen = await withHeader(server, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
    expect(seen["TCPREMOTEIP"]).toBe("192.0.2.1");
  }
});

/**
 * `--send-proxy`: the backend learns who its client is, judged by HAProxy, by nginx, and by what
 * HAProxy says of the same client; `--proxy-protocol`: a proxy in front of us is asked the same.
 */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { expect, it } from "vitest";
import type { ProxyHeader } from "../../src/proxy-protocol/header.ts";
import { lengthOf, parseVersion2 } from "../../src/proxy-protocol/version2.ts";
import { chainFile, SERVER_NAME } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { everything, start } from "../support/processes.ts";
import { answering, startHaproxy, startNginxStream } from "../support/proxies.ts";
import {
  authority,
  backend,
  credentials,
  pair,
  relayServer,
  startRelay,
} from "../support/relays.ts";
import { scratch, scratchFile } from "../support/scratch.ts";

const alice = authority.issue({ name: "alice" });
const asAlice = { cert: readFileSync(alice.certFile), key: readFileSync(alice.keyFile) };

/** Answers with what it has heard, at the client's EOF. */
const repeating = (socket: Socket) => {
  const heard: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => heard.push(chunk));
  socket.on("end", () => socket.end(Buffer.concat(heard)));
};

const GET = "GET / HTTP/1.0\r\n\r\n";

/** What a backend answers to GET behind `bearhug server --send-proxy`, and the ports that it should know. */
async function askBehind(port: number, version: string) {
  const serving = await relayServer(["--send-proxy", version, "--connect", `127.0.0.1:${port}`]);
  const client = await connect(serving);
  const { localPort } = client;
  const answer = everything(client);
  client.write(GET);
  return { answer: `${await answer}`, localPort, servingPort: serving.port };
}

it("v1, in front of all that the client says", async () => {
  const { port } = await backend(repeating);
  const serving = await relayServer(["--send-proxy", "v1", "--connect", `127.0.0.1:${port}`]);
  const client = await connect(serving, { allowHalfOpen: true });
  const { localPort } = client;
  client.end("hello");
  expect(`${await everything(client)}`).toBe(
    `PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${serving.port}\r\nhello`,
  );
});

it("of a UNIX socket's client there is nothing to tell: UNKNOWN", async () => {
  const { port } = await backend(repeating);
  const path = scratchFile("in.sock");
  const words = ["--listen", `unix:${path}`, "--notification-fd", "1", "-v"];
  const running = startRelay("server", [
    ...[...pair, ...words, "--send-proxy", "v1", "--connect", `127.0.0.1:${port}`],
  ]);
  await eventually("it listens", () => running.stdout !== "");
  const client = await connect({ port: 0, authority }, { path, allowHalfOpen: true } as object);
  client.end("x");
  expect(`${await everything(client)}`).toBe("PROXY UNKNOWN\r\nx");
});

it.each(["v1", "v2", "v2-tls"])("%s, to HAProxy", async (version) => {
  const port = await freePort();
  const file = scratchFile(
    "haproxy.cfg",
    `global
  maxconn 100
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend in
  bind 127.0.0.1:${port} accept-proxy
  http-request return status 200 content-type text/plain lf-string "%[src] %[src_port] %[dst_port] %[fc_pp_authority]"
`,
  );
  const haproxy = start(["haproxy", "-db", "-f", file]);
  await answering(port);
  const { answer, localPort, servingPort } = await askBehind(port, version);
  const name = version === "v2-tls" ? SERVER_NAME : "-";
  expect(answer, haproxy.stderr).toMatch(
    new RegExp(
      `\\r\\n\\r\\n127\\.0\\.0\\.1 ${localPort} ${servingPort} ${name === "-" ? "-?" : name}$`,
    ),
  );
});

it.each(["v1", "v2", "v2-tls"])("%s, to nginx", async (version) => {
  const port = await freePort();
  const file = scratchFile(
    "nginx.conf",
    `daemon off;
user root;
pid ${scratch}/nginx-${version}.pid;
error_log stderr;
events {}
http { access_log off; server { listen 127.0.0.1:${port} proxy_protocol;
  return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_port"; } }
`,
  );
  start(["/usr/sbin/nginx", "-c", file]);
  await answering(port);
  const { answer, localPort, servingPort } = await askBehind(port, version);
  expect(answer).toMatch(new RegExp(`\\r\\n\\r\\n127\\.0\\.0\\.1 ${localPort} ${servingPort}$`));
});

/** What comes at a backend from a client with a certificate. */
async function headerBy(listening: number, got: () => Buffer): Promise<ProxyHeader> {
  const client = await connect(
    { port: listening, authority },
    { ...asAlice, maxVersion: "TLSv1.2" },
  );
  client.on("error", () => {});
  client.write("x");
  await eventually("the header", () => got().length > 16);
  return parseVersion2(got().subarray(0, lengthOf(got())));
}

it("v2-tls tells what HAProxy's v2 with ssl, cert-cn, ssl-cipher and authority tells", async () => {
  let bytes = Buffer.alloc(0);
  const { port } = await backend((socket) => {
    bytes = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
    });
  });
  const pem = chainFile(credentials.certFile, credentials.keyFile);
  const verify = ` ca-file ${authority.certFile} verify required`;
  const theirs = await startHaproxy({ port, says: "v2-tls", pem: `${pem}${verify}` });
  const told = await headerBy(theirs, () => bytes);
  const serving = await relayServer([
    ...["--cacert", authority.certFile, "--send-proxy", "v2-tls", "--tls-max", "1.2"],
    ...["--connect", `127.0.0.1:${port}`],
  ]);
  bytes = Buffer.alloc(0);
  const ours = await headerBy(serving.port, () => bytes);
  expect(ours.serverName).toBe(told.serverName);
  expect(ours.tls).toEqual({ ...told.tls, cipher: expect.stringMatching(/^ECDHE-ECDSA-/) });
  expect(ours.tls).toMatchObject({ protocol: "TLSv1.2", commonName: "alice" });
});

it("--proxy-protocol: the client that HAProxy or nginx tells of is passed on", async () => {
  const { port } = await backend((socket) => {
    const heard: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => {
      heard.push(chunk);
      const all = Buffer.concat(heard);
      if (all.toString().endsWith("\r\nx")) socket.end(all);
    });
  });
  const words = ["-L", "--proxy-from", "127.0.0.1", "--send-proxy", "v1"];
  const serving = await relayServer([...words, "--connect", `127.0.0.1:${port}`]);
  for (const front of [
    await startHaproxy({ port: serving.port, says: "v2" }),
    await startNginxStream(serving.port),
  ]) {
    const client = await connect({ port: front, authority }, { allowHalfOpen: true });
    const { localPort } = client;
    // nginx ends both directions at a half-close.
    client.write("x");
    expect(`${await everything(client)}`).toBe(
      `PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${front}\r\nx`,
    );
  }
});

it("--proxy-from: any other address is hung up on", async () => {
  const { port } = await backend(repeating);
  const words = ["-L", "--proxy-from", "192.0.2.1", "--connect", `127.0.0.1:${port}`];
  const serving = await relayServer(words);
  await expect(connect(serving)).rejects.toThrow();
  await serving.logged("127.0.0.1 is none of --proxy-from; it is hung up on");
});

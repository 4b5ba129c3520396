import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, createServer, type IncomingMessage, request } from "node:http";
import { get as getSecurely } from "node:https";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, listening, nodeServer, pairOf, type TlsStream } from "../support/library.ts";
import { payload, sha256 } from "../support/payload.ts";
import { everything, run } from "../support/processes.ts";

/** Node's own HTTP over our streams. */

const authority = Authority.root();
const pair = pairOf(authority.issue());
const ca = readFileSync(authority.certFile);
const host = "127.0.0.1";
const big = payload("page", 3_000_000);

const http = createServer((request, response) => {
  const { cipher } = request.socket as unknown as TlsStream;
  if (request.method === "POST") request.pipe(response);
  else if (request.url === "/big") response.end(big);
  else response.end(`${request.url} over ${cipher}`);
});

async function website(): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = bearhug.createServer({ ...pair, ALPNProtocols: ["http/1.1"] }, (stream) => {
    connections++;
    http.emit("connection", stream);
  });
  return { port: await listening(server), connections: () => connections };
}

describe("Node's HTTP server over ours", () => {
  test("serves curl, several pages over one connection, and what it posts", async () => {
    const { port, connections } = await website();
    const url = `https://${SERVER_NAME}:${port}`;
    const resolve = ["--resolve", `${SERVER_NAME}:${port}:${host}`];
    const curl = ["curl", "-sS", "--cacert", authority.certFile, ...resolve];
    const { stdout, stderr } = await run([...curl, `${url}/a`, `${url}/b`]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^\/a over (TLS_[A-Z0-9_]+)\/b over \1$/);
    expect(connections()).toBe(1);
    const posted = await run([...curl, "--data-binary", "@-", url], { input: "x".repeat(500_000) });
    expect(posted.stdout).toBe("x".repeat(500_000));
  });

  test("serves Node's own https, and large pages", async () => {
    const { port } = await website();
    const options = { host, port, ca, servername: SERVER_NAME, path: "/big", agent: false };
    const [response] = (await once(getSecurely(options), "response")) as [IncomingMessage];
    expect(sha256(await everything(response))).toBe(sha256(big));
  });

  test("closes connections that are idle", async () => {
    const { port } = await website();
    http.keepAliveTimeout = 50;
    const stream = bearhug.connect({ host, port, ca, servername: SERVER_NAME });
    stream.write(`GET / HTTP/1.1\r\nHost: ${SERVER_NAME}\r\n\r\n`);
    expect((await everything(stream)).toString()).toContain("/ over TLS_");
    http.keepAliveTimeout = 5000;
  });
});

describe("Node's HTTP client over ours", () => {
  test("gets pages from Node's own https server, over one connection", async () => {
    let connections = 0;
    const plain = createServer((_, response) => response.end("a page"));
    const port = await nodeServer({ ...pair, maxVersion: "TLSv1.2" }, (socket) => {
      plain.emit("connection", socket);
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const createConnection = () => {
      connections++;
      return bearhug.connect({ host, port, ca, servername: SERVER_NAME });
    };
    agent.createConnection = createConnection as unknown as typeof agent.createConnection;
    for (let n = 0; n < 2; n++) {
      const asked = request({ agent, host: SERVER_NAME, path: "/" });
      asked.end();
      const [response] = (await once(asked, "response")) as [IncomingMessage];
      expect(await text(response)).toBe("a page");
    }
    expect(connections).toBe(1);
    agent.destroy();
  });
});

/**
 * The option keyLog gets the lines that Node's event keylog and OpenSSL's -keylogfile have of the same
 * connection, in both roles and versions. Without it no such secret stays in an engine.
 */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { openssl, opensslArguments, VERSIONS, VERSIONS_BY_HASH } from "../support/clients.ts";
import { bearhug, listening, pairOf, secured, type TlsStream } from "../support/library.ts";
import { eventually } from "../support/limits.ts";
import { run } from "../support/processes.ts";
import { converse, memoryOf, sandboxes } from "../support/sandboxes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const files = authority.issue();
const pair = pairOf(files);
const ca = readFileSync(authority.certFile);
const here = { host: "127.0.0.1", servername: SERVER_NAME, ca };

/** Lines of a log: five of a connection of TLS 1.3, one of an older one. */
function linesOf(version: string): number {
  return version === "TLSv1.3" ? 5 : 1;
}

type Log = string[];

/** Our end as a client, and Node's as a server. */
async function asClient(keyLog: (line: string) => void, theirs: Log, options: object) {
  const server = createServer({ ...pair, ...options });
  server.on("keylog", (line) => theirs.push(String(line)));
  const port = await listening(server);
  const arrived = once(server, "secureConnection");
  const stream = await secured(bearhug.connect({ ...here, port, keyLog }));
  await arrived;
  return stream;
}

/** Our end as a server, and Node's as a client. */
async function asServer(keyLog: (line: string) => void, theirs: Log, options: object) {
  const server = bearhug.createServer({ ...pair, keyLog });
  const arrived = once(server, "secureConnection");
  const port = await listening(server);
  const socket = connect({ ...here, port, ...options });
  socket.on("keylog", (line) => theirs.push(String(line)));
  return ((await arrived) as [TlsStream])[0];
}

describe.each([
  ["a client", asClient],
  ["a server", asServer],
] as const)("%s", (_, meeting) => {
  it.each([...VERSIONS_BY_HASH, ["TLSv1.3", { ecdhCurve: "secp384r1" }]] as const)(
    "with %s and %j: the lines of Node's event keylog",
    async (version, options) => {
      const ours: Log = [];
      const theirs: Log = [];
      const stream = await meeting((line) => ours.push(line), theirs, options);
      expect(stream.protocol).toBe(version);
      await eventually("all lines", () => ours.length + theirs.length >= 2 * linesOf(version));
      expect(theirs).toHaveLength(linesOf(version));
      expect(ours.toSorted()).toEqual(theirs.toSorted());
    },
  );
});

it("of two connections at once, each has its own random", async () => {
  const ours: Log = [];
  const server = bearhug.createServer({ ...pair, keyLog: (line) => ours.push(line) });
  const port = await listening(server);
  await Promise.all([1, 2].map(() => secured(bearhug.connect({ ...here, port }))));
  await eventually("all lines", () => ours.length === 10);
  expect(new Set(ours.map((line) => line.split(" ")[1])).size).toBe(2);
});

it.each(VERSIONS)("the lines of openssl s_client's -keylogfile (%s)", async (maxVersion) => {
  const ours: Log = [];
  const server = bearhug.createServer({ ...pair, maxVersion, keyLog: (line) => ours.push(line) });
  server.on("secureConnection", (stream: TlsStream) => stream.end());
  const port = await listening(server);
  const log = scratchFile("openssl.keylog");
  await run([...opensslArguments({ port, authority }), "-ign_eof", "-keylogfile", log]);
  const theirs = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => /^[A-Z]/.test(line));
  expect(ours.map((line) => line.trimEnd()).toSorted()).toEqual(theirs.toSorted());
  expect(theirs).toHaveLength(linesOf(maxVersion));
});

it("a handshake that fails has the lines up to there", async () => {
  const ours: Log = [];
  const server = createServer(pair);
  server.on("tlsClientError", () => {});
  const port = await listening(server);
  const stranger = readFileSync(Authority.root().certFile);
  const stream = bearhug.connect({
    ...{ ...here, port, ca: stranger, keyLog: (line: string) => ours.push(line) },
  });
  await once(stream, "error");
  expect(ours.map((line) => line.split(" ")[0]).toSorted()).toEqual([
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
  ]);
});

it("it may destroy the connection that it hears of", async () => {
  const port = await listening(createServer(pair));
  const stream: TlsStream = bearhug.connect({ ...here, port, keyLog: () => stream.destroy() });
  await once(stream, "close");
});

it("a text in place of a function is refused", () => {
  const keyLog = "/tmp/keys" as unknown as () => void;
  expect(() => bearhug.createServer({ ...pair, keyLog })).toThrow(
    expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" }),
  );
});

it("an engine that was not asked keeps what its traffic needs, and no other secret", async () => {
  const { engine } = sandboxes(files);
  const { client, program } = converse(engine);
  const log: Log = [];
  client.on("keylog", (line) => log.push(String(line)));
  await once(client, "secureConnect");
  client.write("over");
  await once(program, "data");
  const memory = Buffer.from(memoryOf(engine));
  const kept = log.filter((line) => memory.includes(Buffer.from(line.trim().slice(-64), "hex")));
  expect(log).toHaveLength(5);
  expect(kept.map((line) => line.split(" ")[0]).toSorted()).toEqual([
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
  ]);
  client.destroy();
});

it("no variable of the environment switches one on in a program", async () => {
  const log = scratchFile("never.keylog");
  const { port } = await serve({
    ...{ credentials: files, prog: ["echo", "hello"], environment: { SSLKEYLOGFILE: log } },
  });
  expect((await openssl({ port, authority })).stdout).toBe("hello\n");
  expect(existsSync(log)).toBe(false);
});

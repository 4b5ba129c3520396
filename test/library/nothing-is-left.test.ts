import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { pairOf } from "../support/library.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";

/**
 * Connections that are dropped at any moment, by either side, leave nothing behind that would keep a
 * process alive: no timer, no socket. What is wiped shows in their engines.
 */

const library = new URL("../../dist/index.cjs", import.meta.url).pathname;
const authority = Authority.root();
const { key, cert } = pairOf(authority.issue());

const PROGRAM = `
const { connect, createServer } = require(${JSON.stringify(library)});
const { setTimeout: sleep } = require("node:timers/promises");
const { key, cert, ca, servername } = JSON.parse(require("node:fs").readFileSync(process.argv[2]));
const CONNECTIONS = 80;
const streams = [];
let closed = 0;
const deadline = Date.now() + 8000;
const watch = (stream) => {
  streams.push(stream);
  stream.on("error", () => {}).on("close", () => closed++).resume();
};
const server = createServer({ key, cert, allowHalfOpen: true }, (stream) => {
  watch(stream);
  stream.write("x".repeat(100_000));
  setTimeout(() => (Math.random() < 0.5 ? stream.destroy() : stream.end()), Math.random() * 20);
});
server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  for (let n = 0; n < CONNECTIONS; n++) {
    const client = connect({ host: "127.0.0.1", port, servername, ca });
    watch(client);
    client.write("y".repeat(100_000));
    setTimeout(() => [() => client.destroy(), () => client.end(), () => client.destroy(new Error("z"))][n % 3](), n / 2);
    await sleep(2);
  }
  server.close(async () => {
    // The clients' ends may come some moments after the server's.
    while (closed < streams.length && Date.now() < deadline) await sleep(20);
    await sleep(50);
    const isWiped = (stream) =>
      stream.connection.tunnel.engine.sandbox.memory.all().every((byte) => byte === 0);
    console.log(streams.length > CONNECTIONS, closed === streams.length, streams.every(isWiped));
  });
});
`;

test("a process whose connections were dropped at all moments ends by itself, all wiped", async () => {
  const ca = readFileSync(authority.certFile, "utf8");
  const settings = { key: key.toString(), cert: cert.toString(), ca, servername: SERVER_NAME };
  const file = scratchFile("settings.json", JSON.stringify(settings));
  const program = scratchFile("program.cjs", PROGRAM);
  const { code, stdout, stderr } = await run([process.execPath, program, file]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "true true true\n", stderr: "" });
});

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";

/** What TypeScript makes of the library, in a project that has no more than it and @types/node. */

const repository = join(import.meta.dirname, "../..");

const PROGRAM = `
import { createServer as createHttp } from "node:http";
import { connect, createServer, type Server, TlsError, type TlsStream, wrap } from "bearhug";
import { createSecureContext, type Engine } from "bearhug/engine";

const http = createHttp();
const pair = { key: "", cert: Buffer.of() };
const server: Server = createServer({ ...pair, requestCert: "optional" }, (stream: TlsStream) => {
  http.emit("connection", stream);
  const protocol: string | null = stream.alpnProtocol;
  stream.end(protocol);
});
server.listen(443).setSecureContext(pair);
server.on("tlsClientError", (error: TlsError) => error.side);
const outer = connect({ port: 1, signal: AbortSignal.timeout(1) });
wrap(outer, { isServer: true, ...pair }).getPeerCertificate()?.subject;

const module = new WebAssembly.Module(Buffer.of());
const context = createSecureContext({ modules: { engine: module, keeper: module } });
const engine: Engine = context.serverEngine();
engine.ack("recvrec", engine.buffer("recvrec").length);
`;

/** Each of them is an error. */
const MISTAKES = [
  "createServer({ key: 5 });",
  'connect({ port: 1, ciphers: "ALL" });',
  "wrap(outer, { isServer: true, rejectUnauthorized: false });",
  'engine.buffer("recv");',
];

test("types come with it, and know what is wrong", async () => {
  const project = scratchFile("project");
  mkdirSync(join(project, "node_modules"), { recursive: true });
  symlinkSync(repository, join(project, "node_modules/bearhug"));
  symlinkSync(join(repository, "node_modules/@types"), join(project, "node_modules/@types"));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(join(project, "program.ts"), PROGRAM + MISTAKES.join("\n"));
  const tsc = join(repository, "node_modules/.bin/tsc");
  const options = ["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022"];
  const command = [tsc, ...options, "--module", "nodenext", "--types", "node", "program.ts"];
  const { stdout } = await run(["env", "-C", project, ...command], { patience: 60_000 });
  const lines = [...stdout.matchAll(/^program\.ts\((\d+),/gm)].map(([, line]) => Number(line));
  const first = PROGRAM.split("\n").length;
  expect(lines, stdout).toEqual(MISTAKES.map((_, n) => first + n));
}, 90_000);

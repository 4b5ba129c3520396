import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";

/** What TypeScript makes of the library, in a project that has no more than it and @types/node. */

const repository = join(import.meta.dirname, "../..");

const PROGRAM = `
import { createServer as createHttp } from "node:http";
import {
  connect,
  createServer,
  type Server,
  type Sign,
  type SignatureScheme,
  TlsError,
  type TlsStream,
  wrap,
} from "bearhug";
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

const sign: Sign = async (scheme, hash, content) => {
  const known: SignatureScheme = scheme;
  return known.startsWith("rsa") ? hash : content;
};
createServer({ sign, cert: "", contexts: { "a.test": { sign, cert: "" }, "b.test": pair } });

const module = new WebAssembly.Module(Buffer.of());
const context = createSecureContext({ modules: { engine: module, keeper: module } });
const engine: Engine = context.serverEngine();
engine.ack("recvrec", engine.buffer("recvrec").length);
`;

/** A module of CommonJS. */
const REQUIRING = `
import bearhug = require("bearhug");
import { connect, type TlsStream } from "bearhug";

const server: bearhug.Server = bearhug.createServer({}, (stream: TlsStream) => stream.end());
export = { server, stream: connect({ port: 1 }) };
`;

/** What is required and what is imported are of the same classes. */
const MEETING = `
import { Server, TlsStream } from "bearhug";
import required from "./requiring.cjs";
export const both: [Server, TlsStream] = [required.server, required.stream];
`;

/** Each of them is an error. */
const MISTAKES = [
  "createServer({ key: 5 });",
  'createServer({ sign: () => "", cert: "" });',
  'connect({ port: 1, ciphers: "ALL" });',
  "wrap(outer, { isServer: true, rejectUnauthorized: false });",
  'engine.buffer("recv");',
];

test("types come with it, for import and for require(), and know what is wrong", async () => {
  const project = scratchFile("project");
  mkdirSync(join(project, "node_modules"), { recursive: true });
  symlinkSync(repository, join(project, "node_modules/bearhug"));
  symlinkSync(join(repository, "node_modules/@types"), join(project, "node_modules/@types"));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(join(project, "program.ts"), PROGRAM + MISTAKES.join("\n"));
  writeFileSync(join(project, "requiring.cts"), REQUIRING);
  writeFileSync(join(project, "meeting.ts"), MEETING);
  const tsc = join(repository, "node_modules/.bin/tsc");
  const options = ["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022"];
  // nodenext would let CommonJS require what it takes for an ES module.
  const command = [
    tsc,
    ...options,
    "--module",
    "node16",
    "--types",
    "node",
    "program.ts",
    "meeting.ts",
  ];
  const { stdout } = await run(["env", "-C", project, ...command], { patience: 60_000 });
  const lines = [...stdout.matchAll(/^(\S+)\((\d+),/gm)].map(([, ...place]) => place.join(":"));
  const first = PROGRAM.split("\n").length;
  expect(lines, stdout).toEqual(MISTAKES.map((_, n) => `program.ts:${first + n}`));
}, 90_000);

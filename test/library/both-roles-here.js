// both-roles.js in whatever runtime runs this: dist, then the credentials' file. It prints what came
// of it, behind the runtime's name.

import { bothRoles } from "./both-roles.js";

const runtime = ["Deno", "Bun"].find((name) => name in globalThis) ?? "Node";
const [dist, credentials] = (globalThis.Deno?.args ?? process.argv.slice(2)).map(
  (path) => new URL(`file://${path}`),
);

const readers = {
  Deno: (url) => globalThis.Deno.readFile(url),
  Bun: (url) => globalThis.Bun.file(url).bytes(),
  Node: async (url) => (await import("node:fs/promises")).readFile(url),
};
const read = readers[runtime];
const load = async (name) => new WebAssembly.Module(await read(new URL(`${dist}/${name}.wasm`)));

const { createSecureContext } = await import(`${dist}/engine.js`);
const modules = { engine: await load("engine"), keeper: await load("keeper") };
const { servername, ...pair } = JSON.parse(new TextDecoder().decode(await read(credentials)));
const result = bothRoles({ createSecureContext, modules, credentials: pair, servername });
console.log(`${runtime}: ${result}`);

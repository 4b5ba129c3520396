import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Authority } from "../support/certificates.ts";
import { pairOf, thrownBy } from "../support/library.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment } from "../support/service.ts";

/** A module file that is missing, damaged or of another build is told by its name, with a remedy. */

const repository = join(import.meta.dirname, "../..");
const credentials = Authority.root().issue();
const pair = pairOf(credentials);
const REMEDY = "install bearhug again (in its repository: run make)";

/** An installation of its own, to be damaged. */
let root: string;

beforeEach(() => {
  root = scratchFile("installation");
  for (const folder of ["dist", "bin"]) mkdirSync(join(root, folder), { recursive: true });
  const files = ["engine.wasm", "keeper.wasm", "index.cjs", "s6-tlsd.cjs"];
  for (const file of files.map((name) => `dist/${name}`).concat("bin/s6-tlsd", "bin/launch.js")) {
    copyFileSync(join(repository, file), join(root, file));
  }
  copyFileSync(join(repository, "bin/package.json"), join(root, "bin/package.json"));
});

const path = (name: string) => join(root, "dist", `${name}.wasm`);

/** The stamp is at the end: bearhug 0.1.0 (…). */
function changeStamp(name: string): void {
  const module = readFileSync(path(name));
  module.write("1f1f1f)", module.length - 7);
  writeFileSync(path(name), module);
}

const DAMAGES: [string, (name: string) => void, RegExp][] = [
  ["missing", (name) => rmSync(path(name)), /no such file or directory/i],
  [
    "cut short",
    (name) => writeFileSync(path(name), readFileSync(path(name)).subarray(0, 5000)),
    /./,
  ],
  ["no module", (name) => writeFileSync(path(name), "something else"), /magic word/],
  ["of another build", changeStamp, /it is bearhug .*1f1f1f\), and bearhug .* is needed/],
];

describe.each(["engine", "keeper"])("the %s's module", (name) => {
  test.each(DAMAGES)("that is %s is told by the library", (_, damage, reason) => {
    damage(name);
    const library = createRequire(join(root, "x.cjs"))("./dist/index.cjs");
    const error = thrownBy(() => library.createServer(pair));
    expect(error).toMatchObject({ code: "ERR_BEARHUG_BAD_MODULE", side: "configuration" });
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(path(name));
    expect(error.message).toContain(REMEDY);
  });
});

test.each(DAMAGES)("a module that is %s is told by the programs", async (_, damage, reason) => {
  damage("engine");
  const environment = credentialsEnvironment(credentials);
  const { code, stderr } = await run([join(root, "bin/s6-tlsd"), "true"], { environment });
  expect(code).toBe(97);
  expect(stderr).toMatch(/^s6-tlsd: fatal: unable to load /);
  expect(stderr).toMatch(reason);
  expect(stderr).toContain(path("engine"));
  expect(stderr).toContain(REMEDY);
});

test("an undamaged installation works", async () => {
  const library = createRequire(join(root, "x.cjs"))("./dist/index.cjs");
  expect(() => library.createServer(pair)).not.toThrow();
});

test("a Node that is too old is told so as soon as the library is loaded", async () => {
  const pretend = 'Object.defineProperty(process.versions, "node", { value: "18.20.8" });';
  const program = `${pretend} require(${JSON.stringify(join(root, "dist/index.cjs"))})`;
  const { code, stderr } = await run([process.execPath, "--eval", program]);
  expect(code).toBe(1);
  expect(stderr).toContain("bearhug needs Node 20 or later, and this is 18.20.8");
  expect(stderr).toContain("ERR_BEARHUG_NODE_VERSION");
});

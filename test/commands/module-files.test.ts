/**
 * A module that is missing, damaged or of another build ends every program with 97, and a line that
 * names the file and says what to do.
 */

import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { needs } from "../support/needs.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, program } from "../support/service.ts";

const credentials = Authority.root().issue();
const { version } = JSON.parse(
  readFileSync(join(program("s6-tlsd"), "../../package.json"), "utf8"),
);
const MEND = "install bearhug again (in its repository: run make)";

let clone = "";

beforeEach(() => {
  clone = scratchFile("clone");
  for (const folder of ["bin", "dist"]) {
    cpSync(join(program("s6-tlsd"), "../..", folder), join(clone, folder), { recursive: true });
  }
});

function complaint(name: string, operands: readonly string[]) {
  return run([join(clone, "bin", name), ...operands], {
    environment: credentialsEnvironment(credentials),
  });
}

function moduleFile(name: string): string {
  return join(clone, "dist", `${name}.wasm`);
}

it.each(["engine", "keeper"])("%s.wasm is missing", async (name) => {
  rmSync(moduleFile(name));
  const { code, stderr } = await complaint("s6-tlsd", ["true"]);
  expect({ code, stderr }).toEqual({
    code: 97,
    stderr: `s6-tlsd: fatal: unable to load ${moduleFile(name)}: No such file or directory; ${MEND}\n`,
  });
});

it.each(["engine", "keeper"])("%s.wasm is cut short", async (name) => {
  truncateSync(moduleFile(name), 10_000);
  const { code, stderr } = await complaint("s6-tlsd", ["true"]);
  expect(code).toBe(97);
  expect(stderr).toMatch(/^s6-tlsd: fatal: unable to load [^\n]*\n$/);
  expect(stderr).toContain(moduleFile(name));
  expect(stderr).toContain(MEND);
});

it.each([
  ["s6-tlsd", ["true"]],
  ["s6-tlsserver", ["127.0.0.1", "0", "true"]],
])("%s with an engine.wasm of another build", async (name, operands) => {
  const module = readFileSync(moduleFile("engine"));
  const stamp = `bearhug ${version} (`;
  const digits = module.lastIndexOf(stamp) + stamp.length;
  module.write("0123456789ab", digits, "latin1");
  writeFileSync(moduleFile("engine"), module);
  const { code, stderr } = await complaint(name, operands);
  expect(code).toBe(97);
  const refused = `${name}: fatal: unable to load ${moduleFile("engine")}: it is ${stamp}0123456789ab)`;
  expect(stderr).toContain(refused);
  expect(stderr).toMatch(/, and bearhug [0-9.]+ \([0-9a-f]{12}\) is needed; [^\n]*\n$/);
  expect(stderr).toContain(MEND);
});

it(
  "a runtime without SIMD is told from a damaged module",
  needs("an x64 processor", process.arch === "x64"),
  async () => {
    const noSimd = ["--no-enable-ssse3", "--no-enable-sse4-1"];
    const command = [process.execPath, ...noSimd, join(clone, "dist/s6-tlsd.cjs"), "true"];
    const { code, stderr } = await run(command, {
      environment: credentialsEnvironment(credentials),
    });
    expect(code).toBe(97);
    expect(stderr).toMatch(/^s6-tlsd: fatal: unable to load [^\n]* with SIMD for WebAssembly\n$/);
  },
);

it("a module that is not ours", async () => {
  writeFileSync(moduleFile("keeper"), Buffer.from("\0asm\x01\0\0\0", "latin1"));
  const { code, stderr } = await complaint("s6-tlsd", ["true"]);
  expect(code).toBe(97);
  expect(stderr).toContain(`unable to load ${moduleFile("keeper")}: it is no module of bearhug`);
  expect(stderr).toContain(MEND);
});

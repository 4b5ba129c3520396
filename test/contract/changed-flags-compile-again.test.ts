import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../support/scratch.ts";

/** Objects that were compiled with other flags are not kept: the modules would not be those of the sources. */

const repository = join(import.meta.dirname, "../..");
const copy = join(scratch, "changed-flags");

/** One small file, and one that is compiled for size. */
const OBJECTS = ["build/wasm/arena.o", "build/wasm/engine/tls13/labels.o"];

function compiled(): string[] {
  const printed = execFileSync("make", OBJECTS, { cwd: copy, encoding: "utf8" });
  return printed.split("\n").filter((line) => /^ +wasm\//.test(line));
}

function replaceInMakefile(from: string, to: string): void {
  const file = join(copy, "Makefile");
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

test("other flags in the Makefile compile again what they are for", { timeout: 300_000 }, () => {
  mkdirSync(copy);
  for (const part of ["Makefile", "package.json", "vendor", "wasm", "fuzz"]) {
    cpSync(join(repository, part), join(copy, part), { recursive: true });
  }
  // The Makefile looks into them for what it makes besides.
  for (const part of ["src", "test", "bench"]) mkdirSync(join(copy, part));
  expect(compiled()).toHaveLength(2);
  expect(compiled()).toEqual([]);
  replaceInMakefile("CFLAGS := -O3 ", "CFLAGS := -O3 -DANYTHING ");
  expect(compiled()).toHaveLength(2);
  replaceInMakefile(":-O3=-Os)", ":-O3=-O2)");
  expect(compiled()).not.toEqual([]);
  expect(compiled()).toEqual([]);
});

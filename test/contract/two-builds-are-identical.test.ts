import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch } from "../support/scratch.ts";

/** The same sources give the same modules, wherever they are built. */

const repository = join(import.meta.dirname, "../..");

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

test("two builds in two folders give identical modules", { timeout: 900_000 }, () => {
  const copy = join(scratch, "another folder's name".replaceAll(/\W/g, "-"));
  mkdirSync(copy);
  for (const part of ["Makefile", "package.json", "vendor", "wasm", "fuzz"]) {
    cpSync(join(repository, part), join(copy, part), { recursive: true });
  }
  // The Makefile looks into them for what it makes besides.
  for (const part of ["src", "test", "bench"]) mkdirSync(join(copy, part));
  const printed = execFileSync("make", ["--jobs=2", "dist/engine.wasm", "dist/keeper.wasm"], {
    cwd: copy,
    encoding: "utf8",
  });
  for (const name of ["engine", "keeper"]) {
    const digest = sha256(join(repository, "dist", `${name}.wasm`));
    expect(sha256(join(copy, "dist", `${name}.wasm`))).toBe(digest);
    expect(printed).toContain(digest);
  }
});

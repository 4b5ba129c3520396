/**
 * A program that is run before the build says so, and how to build, in one line.
 */
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";

it.each(["s6-tlsd", "s6-tlsd-io"])("%s", async (name) => {
  const clone = scratchFile("clone");
  cpSync(dirname(program(name)), join(clone, "bin"), { recursive: true });
  const { code, stdout, stderr } = await run([join(clone, "bin", name), "true"]);
  expect({ code, stdout }).toEqual({ code: 111, stdout: "" });
  expect(stderr).toMatch(
    new RegExp(`^${name}: fatal: not built yet: [^\\n]*\\bmake\\b[^\\n]*\\n$`),
  );
});

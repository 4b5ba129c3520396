/**
 * A program that is run before the build says so, and how to build, in one line.
 */
import { cpSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";

const launchers = dirname(program("s6-tlsd"));
const clone = scratchFile("clone");
cpSync(launchers, join(clone, "bin"), { recursive: true });

it.each(readdirSync(launchers).filter((name) => name.startsWith("s6-")))("%s", async (name) => {
  const { code, stdout, stderr } = await run([join(clone, "bin", name), "true"]);
  expect({ code, stdout }).toEqual({ code: 111, stdout: "" });
  expect(stderr).toMatch(
    new RegExp(`^${name}: fatal: not built yet: [^\\n]*\\bmake\\b[^\\n]*\\n$`),
  );
});

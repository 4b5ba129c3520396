import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { find } from "../../src/program/exec.ts";
import { executable, scratchFile } from "../support/scratch.ts";

/** Which programs can be run, as far as that is known before: the system is the judge. */

function isRun(path: string): boolean {
  return spawnSync(path, { stdio: "ignore" }).status === 0;
}

describe("a script is a program if the system runs it", () => {
  test.each([
    ["with an interpreter", "#!/bin/sh\n"],
    ["with blanks in front of its interpreter", "#! \t/bin/sh\n"],
    ["without an interpreter that is there", "#!/no/such/interpreter\n"],
    ["without one, behind blanks", "#! \t/no/such/interpreter\n"],
    ["whose interpreter has an argument", "#!/bin/sh -e\n"],
    ["whose interpreter is a folder", "#!/tmp\n"],
  ])("%s", (_, text) => {
    const path = executable(text);
    expect(find([path], {})).toBe(isRun(path) ? path : null);
  });

  test.each([2, 4, 5, 6, 7])("%i in a row, each the interpreter of the next", (count) => {
    let path = executable("#!/bin/sh\n");
    for (let n = 1; n < count; n++) path = executable(`#!${path}\n`);
    expect(find([path], {})).toBe(isRun(path) ? path : null);
  });
});

test("a folder in PATH that has the program's name is passed over", () => {
  const program = executable("#!/bin/sh\n");
  const name = program.slice(dirname(program).length + 1);
  const folder = scratchFile("folder-in-path");
  mkdirSync(join(folder, name), { recursive: true });
  expect(find([name], { PATH: `${folder}:${dirname(program)}` })).toBe(program);
  expect(find([name], { PATH: folder })).toBe(null);
});

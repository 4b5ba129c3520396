import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../support/repository.ts";

/** What the pages for those who work on the code say of its files is true of them. */

const PAGES = [
  "CONTRIBUTING.md",
  "test/README.md",
  ...readdirSync(join(repository, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string) => readFileSync(join(repository, page), "utf8");

const listed = execFileSync("git", ["ls-files"], { cwd: repository, encoding: "utf8" });
const files = listed.split("\n").filter((file) => file !== "");

/** Sources that a page names in backticks, by their path or the end of it, and that are not there. */
function missingIn(text: string): string[] {
  const named = [...text.matchAll(/`([\w./-]+\.(?:c|h|ts|mjs))`/g)].map(([, name = ""]) => name);
  return named.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)));
}

test.each(PAGES)("%s names no source that is not there", (page) => {
  expect(missingIn(textOf(page))).toEqual([]);
});

test("a source that is not there would be seen", () => {
  expect(missingIn("See `src/sandbox/gone.ts`, `engine.ts` and `wasm/engine/abi.h`.")).toEqual([
    "src/sandbox/gone.ts",
  ]);
});

describe("CONTRIBUTING.md", () => {
  const folders = readdirSync(join(repository, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test.each(folders)("says what src/%s is for", (folder) => {
    expect(textOf("CONTRIBUTING.md")).toContain(`\`${folder}\``);
  });
});

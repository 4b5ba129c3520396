import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/repository.ts";

/** A name that is exported in two files of `src` would be taken for the wrong one of them. */

/** The package's two ways in have these in common. */
const OF_BOTH_ENTRIES = ["SecureContextOptions", "createSecureContext"];

const EXPORTED =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:class|const|enum|function|interface|type) (\w+)/gm;

test("an exported name stands once in the sources", () => {
  const files = new Map<string, Set<string>>();
  for (const file of sources()) {
    for (const [, name = ""] of readFileSync(join(repository, file), "utf8").matchAll(EXPORTED)) {
      files.set(name, (files.get(name) ?? new Set()).add(file));
    }
  }
  expect(files.size).toBeGreaterThan(500);
  const twice = [...files].filter(([, where]) => where.size > 1);
  const others = twice.filter(([name]) => !OF_BOTH_ENTRIES.includes(name));
  expect(others.map(([name, where]) => `${name}: ${[...where].join(", ")}`)).toEqual([]);
  expect(twice.map(([name]) => name)).toEqual(expect.arrayContaining(OF_BOTH_ENTRIES));
});

function sources(): string[] {
  const listed = execFileSync("git", ["ls-files", "src"], { cwd: repository, encoding: "utf8" });
  return listed.split("\n").filter((file) => file.endsWith(".ts"));
}

/** Each claim of the threat model has a test that is there. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { relativeLinks, tables } from "../support/markdown.ts";
import { repository } from "../support/repository.ts";

const PAGE = "docs/threat-model.md";
const page = readFileSync(join(repository, PAGE), "utf8");

/** A table of claims is one whose last column is `test`. */
const claims = tables(page)
  .filter((rows) => rows[0]?.length === 3)
  .flat();

/** A table of what processes reach: a cell that does not say "yes" is a claim. */
const reaches = tables(page)
  .filter((rows) => rows[0]?.length === 5)
  .flat();

function expectTests(text: string): void {
  const links = relativeLinks(text);
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) {
    expect(link).toMatch(/\.test\.ts$/);
    expect(existsSync(join(repository, dirname(PAGE), link)), link).toBe(true);
  }
}

describe("each claim has a test that is there", () => {
  it.each(claims)("%s", (_claim, why, tests = "") => {
    expect(why).not.toBe("");
    expectTests(tests);
  });

  it.each(reaches)("what is reached: %s", (_what, ...cells) => {
    for (const cell of cells) if (!/^yes\b/.test(cell)) expectTests(cell);
  });

  it("there are claims against every attacker", () => {
    const attackers = page.split(/^## /m).filter((section) => section.includes("| test |"));
    expect(attackers.map((section) => section.split("\n")[0])).toEqual([
      "A network peer",
      "A malicious client certificate",
      "A malicious prog",
      "A memory-safety bug inside the engine",
      "Another user on the machine",
      "What we are built from",
      "A program that imports the library",
    ]);
    expect(reaches.length).toBeGreaterThan(0);
    expect(claims.length + reaches.length).toBe(page.match(/^\|.*\.test\.ts/gm)?.length);
  });
});

describe("every other link leads somewhere", () => {
  it.each(["docs/threat-model.md", "docs/side-channels.md", "docs/dependencies.md"])(
    "%s",
    (file) => {
      const text = readFileSync(join(repository, file), "utf8");
      const missing = relativeLinks(text).filter(
        (link) => !existsSync(join(repository, dirname(file), link)),
      );
      expect(missing).toEqual([]);
    },
  );
});

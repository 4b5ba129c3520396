/** test/tls13/traps/README.md: each trap of TLS 1.3 names tests, and they are there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tables } from "../support/markdown.ts";
import { repository } from "../support/repository.ts";

const folder = join(repository, "test/tls13/traps");
const traps = tables(readFileSync(join(folder, "README.md"), "utf8")).flat();

/** `[name](file): "phrase", "phrase"`. */
const REFERENCE = /\[([^\]]+)\]\(([^)]+)\): ((?:"[^"]+"(?:, )?)+)/g;

function referencesIn(cell: string) {
  return [...cell.matchAll(REFERENCE)].map(([, name = "", file = "", phrases = ""]) => ({
    name,
    file,
    phrases: [...phrases.matchAll(/"([^"]+)"/g)].map(([, phrase = ""]) => phrase),
  }));
}

/** As a string of the source: a test's name, or a key of a table of cases. */
function isIn(source: string, phrase: string): boolean {
  return ['"', "`"].some((quote) => source.includes(`${quote}${phrase}${quote}`));
}

describe("each trap has tests that are there", () => {
  it.each(traps)("%s", (_trap, cell = "") => {
    const references = referencesIn(cell);
    expect(references.length).toBeGreaterThan(0);
    expect(references).toHaveLength(cell.split("](").length - 1);
    for (const { name, file, phrases } of references) {
      const path = join(folder, file);
      expect(existsSync(path), file).toBe(true);
      expect(path.replace(/(\.test)?\.ts$/, "")).toMatch(new RegExp(`/${name}$`));
      const source = readFileSync(path, "utf8");
      expect(phrases.filter((phrase) => !isIn(source, phrase))).toEqual([]);
    }
  });

  it("there are about fifty, and none is there twice", () => {
    expect(traps.length).toBeGreaterThanOrEqual(50);
    expect(new Set(traps.map(([trap]) => trap)).size).toBe(traps.length);
  });

  it("a name that isn't there is noticed", () => {
    expect(isIn('it("one", () => {})', "one")).toBe(true);
    expect(isIn('it("one", () => {})', "on")).toBe(false);
  });
});

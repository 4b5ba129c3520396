/**
 * The table of sentences is what docs/compatibility.md shows, and each test that it names is there.
 * `make docs` writes the page, with --update.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { page } from "./page.ts";
import type { Elsewhere } from "./statement.ts";
import { everySection, tables } from "./tables/all.ts";
import { titlesIn } from "./titles.ts";

const tests = join(import.meta.dirname, "..");

it("docs/compatibility.md is up to date: if it isn't, run make docs", async () => {
  await expect(page(everySection)).toMatchFileSnapshot("../../docs/compatibility.md");
});

it("no sentence is there twice", () => {
  const all = everySection.flatMap(({ text, section, rows }) =>
    rows.map(([statement]) => `${text}, ${section}: ${statement}`),
  );
  expect(all.filter((statement, at) => all.indexOf(statement) !== at)).toEqual([]);
});

it.each(Object.keys(tables))("test/commands/%s.test.ts proves its table", (name) => {
  const file = readFileSync(join(tests, `commands/${name}.test.ts`), "utf8");
  expect(file).toContain(`\nprove("${name}");\n`);
});

describe("a test that proves a sentence is there", () => {
  const elsewhere = everySection.flatMap(({ rows }) =>
    rows.map(([, proof]) => proof).filter((proof): proof is Elsewhere => "file" in proof),
  );
  it.each(elsewhere)("$file: $title", ({ file, title }) => {
    expect([...titlesIn(join(tests, file))]).toContain(title);
  });
});

describe("the titles of tests", () => {
  const titles = () => titlesIn(join(tests, "parity/titles.sample.ts"));

  it("are those of plain tests, and of each row of a table", () => {
    expect([...titles()].sort()).toEqual(
      [
        "%s is %i of %j",
        'one is 1 of "x"',
        "plain",
        "a template of …",
        "row a",
        "row b",
        "row %s",
        "with values from elsewhere: %s",
      ].sort(),
    );
  });
});

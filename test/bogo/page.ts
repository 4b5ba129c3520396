/** docs/conformance.md: the part that `make bogo` writes, between two marks. */
import { readFileSync, writeFileSync } from "node:fs";
import { format, type Tally } from "./count.ts";
import { DISABLED } from "./disabled.ts";
import { LACKING, OTHER } from "./reasons.ts";

const PAGE = "docs/conformance.md";
const BEGIN = "<!-- make bogo writes what follows -->";
const END = "<!-- make bogo wrote what precedes -->";

/** @returns false if the page said something else */
export function writePage(tally: Tally): boolean {
  const page = readFileSync(PAGE, "utf8");
  const [before = "", rest = ""] = page.split(BEGIN);
  const [, after = ""] = rest.split(END);
  const written = `${before}${BEGIN}\n\n${[...results(tally)].join("\n")}\n\n${END}${after}`;
  writeFileSync(PAGE, written);
  return written === page;
}

function* results(tally: Tally): Iterable<string> {
  yield format(tally);
  yield "";
  yield "| tests | passed | failed | not implemented | disabled |";
  yield "| --- | ---: | ---: | ---: | ---: |";
  for (const { part, passed, failed, unimplemented, disabled } of tally.rows) {
    yield `| ${part} | ${passed} | ${failed} | ${unimplemented} | ${disabled} |`;
  }
  yield "";
  yield "Not implemented:";
  yield "";
  yield "| tests | what they are about |";
  yield "| ---: | --- |";
  for (const [what, count] of lacking(tally.missing)) yield `| ${count} | ${what} |`;
  yield "";
  yield "Disabled:";
  yield "";
  yield "| tests | patterns | why |";
  yield "| ---: | --- | --- |";
  for (const [why, { patterns, tests }] of byReason(tally)) {
    const shown = patterns.slice(0, SHOWN).map((pattern) => `\`${pattern}\``);
    const rest = patterns.length > SHOWN ? `, and ${patterns.length - SHOWN} more` : "";
    yield `| ${tests} | ${shown.join(", ")}${rest} | ${why} |`;
  }
}

/** Patterns in a row of the page; all are in test/bogo. */
const SHOWN = 6;

/** A test may have several reasons. */
function byReason({ disabled }: Tally) {
  const rows = new Map<string, { patterns: string[]; tests: number }>();
  for (const [pattern, tests] of disabled) {
    const why = DISABLED[pattern] ?? "";
    const row = rows.get(why) ?? { patterns: [], tests: 0 };
    row.patterns.push(pattern);
    row.tests += tests.length;
    rows.set(why, row);
  }
  return rows;
}

/** By what flags are about, the most first. */
function lacking(missing: ReadonlyMap<string, number>): [what: string, count: number][] {
  const sums = new Map<string, number>();
  for (const [flag, count] of missing) {
    const what = LACKING.find(({ flags }) => flags.test(flag))?.what ?? OTHER;
    sums.set(what, (sums.get(what) ?? 0) + count);
  }
  return [...sums].sort(([, one], [, other]) => other - one);
}

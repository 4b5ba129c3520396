/** What the original promises is in tables/ and, with its proofs, in docs/compatibility.md. */
import { describe, it } from "vitest";
import type { Section, Test } from "./statement.ts";
import { tables } from "./tables/all.ts";

type OwnProof = readonly [statement: string, proof: Test];

/** Makes a test of each sentence in a table that has a proof of its own. */
export function prove(name: keyof typeof tables): void {
  for (const { text, section, rows } of tables[name] as readonly Section[]) {
    const own = rows.filter((row): row is OwnProof => typeof row[1] === "function");
    // vitest takes a suite with nothing in it for an error.
    if (own.length === 0) continue;
    describe(`${text}, ${section}`, () => {
      for (const [statement, test] of own) it(statement, test);
    });
  }
}

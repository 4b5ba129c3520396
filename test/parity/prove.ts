import { describe, it } from "vitest";
import type { Section, Test } from "./statement.ts";

type OwnProof = readonly [statement: string, proof: Test];

/** Makes a test of each sentence that has a proof of its own. */
export function prove(sections: readonly Section[]): void {
  for (const { text, section, rows } of sections) {
    const own = rows.filter((row): row is OwnProof => typeof row[1] === "function");
    // vitest takes a suite with nothing in it for an error.
    if (own.length === 0) continue;
    describe(`${text}, ${section}`, () => {
      for (const [statement, test] of own) it(statement, test);
    });
  }
}

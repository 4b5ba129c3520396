import { describe, expect, it } from "vitest";
import { chainVerdict, opensslObjection, type Presented } from "../support/chain-verdict.ts";
import { type ChainCase, presentations } from "./certificates.ts";
import { NEEDS_CERTIFICATES, vectors } from "./folder.ts";
import { LIMBO_EXCEPTIONS } from "./limbo-exceptions.ts";

/** Chains of certificates, as x509-limbo and name-constraints.json judge them. */

function isTaken(presented: Presented): boolean {
  try {
    return chainVerdict(presented) === "taken";
  } catch (error) {
    // No engine at all: none of the anchors can be used.
    if ((error as Error).message.includes("can be used")) return false;
    throw error;
  }
}

/** Is there a chain that our engine takes? */
function takes(one: ChainCase): boolean {
  return presentations(one).some(isTaken);
}

describe("vectors of certificates", NEEDS_CERTIFICATES, () => {
  it("limbo: each case is judged as it says, but for the exceptions", { timeout: 120_000 }, () => {
    const cases = vectors("limbo.json.gz") as ChainCase[];
    const wrong = cases.flatMap((one) => {
      const taken = takes(one);
      if (taken === (one.expected_result === "SUCCESS")) return [];
      return [`${one.id} ${taken ? "accepted" : "refused"}`];
    });
    const excepted = LIMBO_EXCEPTIONS.flatMap(({ ids, found }) =>
      ids.map((id) => `${id} ${found}`),
    );
    if (process.env["VECTORS_TELL"]) {
      console.log(`limbo: ${cases.length} cases, ${excepted.length} exceptions`);
    }
    expect(cases.length).toBe(208);
    expect(wrong.sort()).toEqual(excepted.sort());
  });

  it("limbo: no chain is taken that OpenSSL refuses", { timeout: 120_000 }, () => {
    const taken = (vectors("limbo.json.gz") as ChainCase[]).flatMap((one) =>
      presentations(one)
        .filter(isTaken)
        .map((chain) => ({ id: one.id, chain })),
    );
    const alone = taken.flatMap(({ id, chain }) => {
      const objection = opensslObjection(chain);
      return objection === "" ? [] : [`${id}: ${objection}`];
    });
    expect(taken.length).toBeGreaterThan(60);
    expect(alone).toEqual([]);
  });

  it("name constraints: each case is judged as it says", () => {
    const cases = vectors("name-constraints.json") as ChainCase[];
    const wrong = cases.filter((one) => takes(one) !== (one.expected_result === "SUCCESS"));
    expect(cases.length).toBe(4);
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});

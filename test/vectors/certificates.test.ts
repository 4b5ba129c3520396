import { describe, expect, it } from "vitest";
import { chainVerdict, opensslTakes } from "../support/chain-verdict.ts";
import { type ChainCase, presentations } from "./certificates.ts";
import { NEEDS_CERTIFICATES, vectors } from "./folder.ts";
import { LIMBO_EXCEPTIONS } from "./limbo-exceptions.ts";

/** Chains of certificates, as x509-limbo and name-constraints.json judge them. */

/** Is there a chain that our engine takes? */
function takes(one: ChainCase): boolean {
  return presentations(one).some((presented) => {
    try {
      return chainVerdict(presented) === "taken";
    } catch (error) {
      // No engine at all: none of the anchors can be used.
      if ((error as Error).message.includes("can be used")) return false;
      throw error;
    }
  });
}

/**
 * OpenSSL refuses these with its defaults, and has no reason that is ours: it builds no path from a
 * name that two certificates share, takes nothing for an anchor that has not signed itself, and calls
 * the last second of a certificate's life one too many (RFC 5280, 4.1.2.5: "inclusive").
 */
const OPENSSL_REFUSES = [
  "cve::cve-2024-0567",
  "rfc5280::nc::nc-forbids-alternate-chain-ica",
  "rfc5280::nc::nc-forbids-same-chain-ica",
  "rfc5280::validity::notafter-exact",
  "rfc5280::validity::notafter-fractional",
  "rfc5280::root-and-intermediate-swapped",
  "rfc5280::aki::cross-signed-root-missing-aki",
];

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

  it("limbo: nothing is taken that OpenSSL refuses", { timeout: 120_000 }, () => {
    const cases = vectors("limbo.json.gz") as ChainCase[];
    const alone = cases.filter((one) => {
      const [asItIs] = presentations(one);
      return takes(one) && asItIs !== undefined && !opensslTakes(asItIs);
    });
    expect(alone.map(({ id }) => id).sort()).toEqual([...OPENSSL_REFUSES].sort());
  });

  it("name constraints: each case is judged as it says", () => {
    const cases = vectors("name-constraints.json") as ChainCase[];
    const wrong = cases.filter((one) => takes(one) !== (one.expected_result === "SUCCESS"));
    expect(cases.length).toBe(4);
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});

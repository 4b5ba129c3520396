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

/**
 * Chains that we take and OpenSSL refuses with its defaults. What it says then, and what it takes
 * instead: the same with an anchor that need not have signed itself, as BearSSL's never need; and
 * the same a second earlier, since notAfter is "inclusive" (RFC 5280, 4.1.2.5). limbo wants all of
 * them taken but the last one, where it misses a key identifier.
 */
const NO_ROOT = { says: "unable to get issuer certificate", takes: ["-partial_chain"], earlier: 0 };
const LAST_SECOND = { says: "certificate has expired", takes: [], earlier: 1000 };
const OPENSSL_REFUSES = new Map([
  ["rfc5280::validity::notafter-exact", LAST_SECOND],
  ["rfc5280::validity::notafter-fractional", LAST_SECOND],
  ["cve::cve-2024-0567", NO_ROOT],
  ["rfc5280::root-and-intermediate-swapped", NO_ROOT],
  ["rfc5280::aki::cross-signed-root-missing-aki", NO_ROOT],
]);

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

  it("limbo: no chain is taken that OpenSSL refuses, but for two reasons", {
    timeout: 120_000,
  }, () => {
    const cases = vectors("limbo.json.gz") as ChainCase[];
    const alone = new Map(
      cases.map((one) => [
        one.id,
        presentations(one).filter((chain) => isTaken(chain) && opensslObjection(chain) !== ""),
      ]),
    );
    const found = [...alone].filter(([, chains]) => chains.length > 0).map(([id]) => id);
    expect(found.sort()).toEqual([...OPENSSL_REFUSES.keys()].sort());
    for (const [id, { says, takes, earlier }] of OPENSSL_REFUSES) {
      for (const chain of (alone.get(id) ?? []).slice(0, 2)) {
        expect(opensslObjection(chain), id).toBe(says);
        const then = { ...chain, now: (chain.now ?? 0) - earlier };
        expect(opensslObjection(then, takes), id).toBe("");
      }
    }
  });

  it("name constraints: each case is judged as it says", () => {
    const cases = vectors("name-constraints.json") as ChainCase[];
    const wrong = cases.filter((one) => takes(one) !== (one.expected_result === "SUCCESS"));
    expect(cases.length).toBe(4);
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});

import { describe, it } from "vitest";
import { Mlkem } from "../crypto/mlkem-module.ts";
import { unhex } from "../crypto/module.ts";
import { NEEDS_WYCHEPROOF } from "./folder.ts";
import { type Case, type Group, judge } from "./wycheproof.ts";

/** ML-KEM-768, as NIST and Wycheproof judge it. */

interface Encapsulation extends Case {
  ek: string;
  m: string;
  c: string;
  K: string;
}

interface Decapsulation extends Case {
  seed: string;
  ek: string;
  c: string;
  K: string;
}

interface Expanded extends Case {
  dk: string;
  c: string;
  K: string;
}

const SEED_BYTES = 64;
const EXPANDED_BYTES = 2400;
const mlkem = new Mlkem();

describe("ML-KEM-768 of Wycheproof's vectors", NEEDS_WYCHEPROOF, () => {
  it("keys", () => {
    judge<Group<Decapsulation>>("mlkem_768_keygen_seed", ({ seed, ek }) => {
      return mlkem.makeKey(unhex(seed)).toString("hex") === ek;
    });
  });

  it("encapsulation", () => {
    judge<Group<Encapsulation>>("mlkem_768_encaps", ({ ek, m, c, K }) => {
      const made = mlkem.encapsulate(unhex(ek), unhex(m));
      return made?.ciphertext.toString("hex") === c && made.secret.toString("hex") === K;
    });
  });

  it("decapsulation", () => {
    judge<Group<Decapsulation>>("mlkem_768", ({ seed, ek, c, K }) => {
      if (seed.length !== 2 * SEED_BYTES) return "a seed of another length";
      const key = mlkem.makeKey(unhex(seed)).toString("hex");
      return key === ek && mlkem.decapsulate(unhex(c), unhex(seed))?.toString("hex") === K;
    });
  });

  it("decapsulation with keys that were expanded elsewhere", () => {
    judge<Group<Expanded>>("mlkem_768_semi_expanded_decaps", ({ dk, c, K, flags }) => {
      if (dk.length !== 2 * EXPANDED_BYTES) return "a private key of another length";
      if (flags?.includes("InvalidDecapsulationKey")) return "a private key that is no seed";
      if (c.length !== 2 * 1088) return "a ciphertext of another length";
      return mlkem.decapsulateExpanded(unhex(c), unhex(dk)).toString("hex") === K;
    });
  });
});

import { describe, it } from "vitest";
import { unhex } from "../crypto/module.ts";
import { NEEDS_WYCHEPROOF } from "./folder.ts";
import { CURVES, ecdh } from "./primitives.ts";
import { type Case, type Group, judge } from "./wycheproof.ts";

/** Key exchanges over elliptic curves, as Wycheproof judges them. */

interface Exchange extends Case {
  public: string;
  private: string;
  shared: string;
}

interface ExchangeGroup extends Group<Exchange> {
  curve: string;
}

const PATIENCE_MS = 240_000;

/** A number of as many bytes as the curve's are. */
function scalar(hex: string, bytes: number): Uint8Array {
  const digits = hex.replace(/^(00)+/, "");
  return unhex(digits.padStart(2 * bytes, "0"));
}

describe("key exchanges of Wycheproof's vectors", NEEDS_WYCHEPROOF, () => {
  it.each(["secp256r1", "secp384r1", "secp521r1"])(
    "ECDH with %s",
    { timeout: PATIENCE_MS },
    (name) => {
      judge<ExchangeGroup>(`ecdh_${name}_ecpoint`, (one, { curve }) => {
        const own = scalar(one.private, CURVES[curve]?.bytes ?? 0);
        return ecdh(curve, unhex(one.public), own) === one.shared;
      });
    },
  );

  it("X25519", { timeout: PATIENCE_MS }, () => {
    judge<ExchangeGroup>(
      "x25519",
      (one) => ecdh("curve25519", unhex(one.public), unhex(one.private)) === one.shared,
    );
  });
});

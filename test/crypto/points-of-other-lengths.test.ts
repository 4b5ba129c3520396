import { createECDH } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ecdh, ecdsaVerifies, pointRoom } from "../vectors/primitives.ts";

/**
 * A point that is cut short is refused, even where the rest of it still stands behind it in memory, and
 * nothing is written there: BearSSL 0.6 refuses it, and writes a whole point all the same.
 */

const curves: [curve: string, opensslName: string][] = [
  ["secp256r1", "prime256v1"],
  ["secp384r1", "secp384r1"],
  ["secp521r1", "secp521r1"],
];

describe.each(curves)("on %s", (curve, opensslName) => {
  const mine = createECDH(opensslName);
  const theirs = createECDH(opensslName);
  const point = theirs.generateKeys();
  mine.generateKeys();

  /** A verification reads the key and leaves it where a multiplication takes its point from. */
  function leaveInMemory(): void {
    const some = { hash: "SHA-256", message: "", signature: "" };
    ecdsaVerifies(curve, point.toString("hex"), some);
  }

  test("the whole point is multiplied", () => {
    leaveInMemory();
    const secret = mine.computeSecret(point).toString("hex");
    expect(ecdh(curve, point, mine.getPrivateKey())).toBe(secret);
  });

  test.each([1, 2, 32, point.length - 1])(
    "without its last %i bytes it is refused, and nothing is written",
    (missing) => {
      leaveInMemory();
      const short = point.subarray(0, point.length - missing);
      expect(ecdh(curve, short, mine.getPrivateKey())).toBe(null);
      expect(pointRoom(point.length)).toBe(point.toString("hex"));
    },
  );
});

import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { at, instance } from "./module.ts";
import { p } from "./p256-arithmetic.ts";

/**
 * Combinations of field elements: the right class modulo p, and as small as p256-field.h says, on
 * which it depends that no product overflows.
 */

const exports = instance<{ p256_combine(j: number, k: number): void }>();
const LIMBS = 9;
const LIMB_BITS = 29n;
const LARGEST = 2 ** 28 - 1;
const TOP = 2 ** 24;

function put(offset: number, limbs: readonly number[]): void {
  const bytes = Buffer.from(Int32Array.from(limbs).buffer);
  at(exports, exports.data() + offset, bytes.length).set(bytes);
}

function value(limbs: ArrayLike<number>): bigint {
  return Array.from(limbs).reduceRight((sum, limb) => (sum << LIMB_BITS) + BigInt(limb), 0n);
}

function expectSmall(j: number, a: readonly number[], k: number, b: readonly number[]): void {
  put(0, a);
  put(64, b);
  exports.p256_combine(j, k);
  const limbs = new Int32Array(at(exports, exports.data() + 128, 4 * LIMBS).slice().buffer);
  const about = JSON.stringify({ j, a, k, b });
  const found = value(limbs);
  expect((found - BigInt(j) * value(a) - BigInt(k) * value(b)) % p, about).toBe(0n);
  expect(found < p && found > -p, about).toBe(true);
  for (const limb of limbs) expect(Math.abs(limb), about).toBeLessThanOrEqual(LARGEST + 1);
}

const random = () => [
  ...Array.from({ length: LIMBS - 1 }, () => randomInt(-LARGEST, LARGEST + 1)),
  randomInt(-TOP, TOP + 1),
];

test("of random elements", () => {
  for (let round = 0; round < 5000; round++) {
    expectSmall(randomInt(-16, 17), random(), randomInt(-16, 17), random());
  }
});

test("with all limbs as large as they may be, and the highest just below a multiple of p", () => {
  for (const sign of [1, -1]) {
    for (const top of [-2, -1, 0, 1]) {
      const of = (highest: number) =>
        [...Array<number>(LIMBS - 1).fill(LARGEST), highest].map((limb) => sign * limb);
      // 15 times the first and once the second: 2^24 + top.
      expectSmall(15, of(2 ** 20), 1, of(2 ** 20 + top));
    }
  }
});

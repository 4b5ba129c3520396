import { describe, expect, test } from "vitest";
import { mod } from "./edwards25519.ts";
import { bytes } from "./module.ts";
import { integerOf, LIMBS, X25519 } from "./x25519-module.ts";

/**
 * The field of Curve25519 at the bounds that wasm/crypto/f25519.h names: limbs of up to A * 2^29 and B * 2^29,
 * A * B at most 3, and what carries leave.
 */

const x25519 = new X25519();

/** What carries leave in a limb beyond 2^29, and in the top one. */
const SLACK = 2n ** 23n;
const TOP_SLACK = 2n ** 19n;
const LIMB = 2n ** 29n + SLACK;
const TOP = 2n ** 23n + TOP_SLACK;

/** `pattern` says which limbs are the largest (1), the smallest (-1), or neither. */
function extreme(factor: bigint, pattern: (i: number) => number): bigint[] {
  return Array.from({ length: LIMBS }, (_, i) => {
    const most = i === LIMBS - 1 ? TOP : LIMB;
    return most * factor * BigInt(pattern(i));
  });
}

const patterns: ((i: number) => number)[] = [
  () => 1,
  () => -1,
  (i) => (i % 2 === 0 ? 1 : -1),
  (i) => (i < 4 ? 1 : -1),
  (i) => (i === 0 ? -1 : 0),
  (i) => (i === 8 ? 1 : 0),
  () => 0,
];

function random(name: string, factor: bigint): bigint[] {
  const words = new BigInt64Array(bytes(name, 8 * LIMBS).buffer);
  return [...words].map((word, i) => word % (factor * (i === LIMBS - 1 ? TOP : LIMB)));
}

const pairs = [
  ...patterns
    .flatMap((one) => patterns.map((other) => [one, other] as const))
    .flatMap(([one, other]) => [
      { a: extreme(1n, one), b: extreme(3n, other) },
      { a: extreme(1n, one), b: extreme(1n, other) },
    ]),
  ...Array.from({ length: 500 }, (_, i) => ({ a: random(`a ${i}`, 1n), b: random(`b ${i}`, 3n) })),
];

describe("as big integers say", () => {
  test("products", () => {
    for (const { a, b } of pairs)
      expect(mod(x25519.field("mul", a, b))).toBe(mod(integerOf(a) * integerOf(b)));
  });

  test("squares", () => {
    for (const { a } of pairs)
      expect(mod(x25519.field("square", a, []))).toBe(mod(integerOf(a) ** 2n));
  });

  test.each([121665, 2, -1])("a + %i * b", (k) => {
    for (const { a, b } of pairs)
      expect(mod(x25519.field("combine", a, b, k))).toBe(
        mod(integerOf(a) + BigInt(k) * integerOf(b)),
      );
  });
});

test("what was carried is within the bounds again", () => {
  const within = (limbs: readonly bigint[]) =>
    limbs.every((limb, i) =>
      i === LIMBS - 1 ? limb >= -TOP_SLACK && limb < TOP : limb >= -SLACK && limb < LIMB,
    );
  for (const { a, b } of pairs) {
    expect(within(x25519.limbs("mul", a, b))).toBe(true);
    expect(within(x25519.limbs("square", a, []))).toBe(true);
    for (const k of [121665, 2, -1]) expect(within(x25519.limbs("combine", a, b, k))).toBe(true);
  }
});

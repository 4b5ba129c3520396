import { describe, expect, test } from "vitest";
import { bytes as noise } from "./module";
import { decoded, inverse, type Pair, product } from "./rsa-module";

/** Products modulo two numbers at once, as big integers say. */

const ones = (bits: number) => (1n << BigInt(bits)) - 1n;

/** How a modulus of so many bytes is cut into limbs (montgomery-pair.h). */
function limbsOf(length: number): { bits: number; limbs: number } {
  const bits = length <= 128 ? 24 : 23;
  return { bits, limbs: 4 * Math.ceil((8 * length + bits + 2) / (4 * bits)) };
}

/** The multiple of n that is -1 modulo 2^bits: what numbers are to be less than. */
function multiple(n: bigint, bits: number): bigint {
  const radix = 1n << BigInt(bits);
  return n * (radix - inverse(n % radix, radix));
}

/** A number all of whose limbs are this one, positive or negative, but the lowest. */
function repeated(limb: bigint, bits: number, count: number): bigint {
  let x = 0n;
  for (let i = count - 1; i >= 0; i--) x = (x << BigInt(bits)) + limb;
  return x;
}

/** Numbers below `limit`: its edges, and rows of the extreme limbs. */
function extremes(limit: bigint, bits: number): bigint[] {
  const count = Math.floor(limit.toString(2).length / bits);
  const half = 1n << BigInt(bits - 1);
  const rows = [half, half - 1n, half + 1n, ones(bits), 1n].map((limb) =>
    repeated(limb, bits, count),
  );
  const negative = (1n << BigInt(bits * count)) - repeated(half, bits, count);
  return [0n, 1n, limit - 1n, limit >> 1n, negative, ...rows].map((x) => x % limit);
}

function check(n: Pair, length: number, a: Pair, b?: Pair): void {
  const { bits, limbs } = limbsOf(length);
  const R = 1n << BigInt(bits * limbs);
  const result = product(n, length, a, b);
  for (const lane of [0, 1] as const) {
    const expected = a[lane] * (b ?? a)[lane];
    const name = `lane ${lane}: ${a[lane].toString(16)}, ${b?.[lane].toString(16) ?? "squared"}`;
    expect((result[lane] * R - expected) % n[lane], name).toBe(0n);
    expect(result[lane] < 2n * multiple(n[lane], bits), name).toBe(true);
  }
}

describe.each([64, 96, 100, 127, 128, 129, 160, 192, 255, 256])("moduli of %i bytes", (length) => {
  const { bits } = limbsOf(length);
  const top = 1n << BigInt(8 * length - 1);
  const half = 1n << BigInt(bits - 1);
  const count = Math.floor((8 * length - 1) / bits);

  /** The last ones are -1 modulo 2^bits: they are used as they are, with these limbs. */
  const moduli = [
    ones(8 * length),
    top + 1n,
    decoded(noise(`modulus ${length}`, length)) | top | 1n,
    top + (repeated(half, bits, count) | ones(bits)),
    top + (repeated(half - 1n, bits, count) | ones(bits)),
    top + (repeated(half + 1n, bits, count) | ones(bits)),
  ];

  test("with edges", () => {
    for (const [i, n] of moduli.entries()) {
      const pair: Pair = [n, moduli[(i + 1) % moduli.length] ?? n];
      const [left, right] = pair.map((x) => extremes(multiple(x, bits), bits));
      for (const [j, x] of (left ?? []).entries()) {
        for (const [k, y] of (right ?? []).entries()) {
          check(pair, length, [x, y], [left?.[k] ?? x, right?.[j] ?? y]);
        }
        check(pair, length, [x, right?.[j] ?? x]);
      }
    }
  });

  test("with noise", () => {
    for (let i = 0; i < 20; i++) {
      const some = (name: string) => decoded(noise(`${name} ${length} ${i}`, length));
      const n: Pair = [some("n") | top | 1n, some("m") | top | 1n];
      check(n, length, [some("a"), some("b")], [some("c"), some("d")]);
      check(n, length, [some("a"), some("b")]);
    }
  });
});

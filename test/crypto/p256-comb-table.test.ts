import { expect, test } from "vitest";
import { G, multiply, n, p } from "./p256-arithmetic";

/**
 * The comb's table is what its header says. `vitest run --update
 * --dir test/crypto` writes wasm/crypto/p256-comb-table.c.
 */

const [TEETH, BLOCKS, COLUMNS] = [5, 4, 13];
const [LIMBS, LIMB_BITS] = [9, 29n];

/** Canonical, in Montgomery form, in C. */
function element(x: bigint): string {
  const form = (x << (BigInt(LIMBS) * LIMB_BITS)) % p;
  const limbs = Array.from({ length: LIMBS }, (_, i) => {
    const limb = (form >> (BigInt(i) * LIMB_BITS)) & ((1n << LIMB_BITS) - 1n);
    return `0x${limb.toString(16).toUpperCase().padStart(8, "0")}`;
  });
  return `{{${limbs.join(", ")}}}`;
}

/** The multiple of the generator that is entry `j` of block `b`. */
function multiplier(b: number, j: number): bigint {
  let k = 0n;
  for (let a = 0; a < TEETH; a++) {
    const plus = a === TEETH - 1 || ((j >> a) & 1) === 1;
    k += (plus ? 1n : -1n) << BigInt(BLOCKS * COLUMNS * a);
  }
  return k << BigInt(COLUMNS * b);
}

function entry(b: number, j: number): string {
  const P = multiply(multiplier(b, j), G);
  if (P === null) throw new Error("an entry at infinity");
  return `\t\t{${element(P.x)},\n\t\t\t${element(P.y)}},\n`;
}

function table(): string {
  const blocks = Array.from({ length: BLOCKS }, (_, b) => {
    const entries = Array.from({ length: 1 << (TEETH - 1) }, (_, j) => entry(b, j));
    return `\t{\n${entries.join("")}\t},\n`;
  });
  return `#include "p256-comb-table.h"

/* Made by test/crypto/p256-comb-table.test.ts; see p256-comb-table.h. */
/* clang-format off */
const p256_affine p256_comb_table[COMB_BLOCKS][COMB_ENTRIES] = {
${blocks.join("")}};
`;
}

test("the comb's table holds the multiples of the generator that its header names", async () => {
  await expect(table()).toMatchFileSnapshot("../../wasm/crypto/p256-comb-table.c");
});

/** What the comb adds last for an odd multiplier: the lowest sign of each tooth of block 0. */
function lastAdded(k: bigint): bigint {
  const signs = (k >> 1n) | (1n << BigInt(TEETH * BLOCKS * COLUMNS - 1));
  let sum = 0n;
  for (let a = 0; a < TEETH; a++) {
    const at = BigInt(BLOCKS * COLUMNS * a);
    sum += ((signs >> at) & 1n) === 1n ? 1n << at : -(1n << at);
  }
  return sum;
}

test("no multiplier makes the comb's last addition a doubling", () => {
  for (let j = 0; j < 1 << (TEETH - 1); j++) {
    const T = -multiplier(0, j);
    expect(lastAdded(n + 2n * T), `entry ${j}`).not.toBe(T);
  }
});

import { expect, test } from "vitest";
import { B, dxy, inverse, mod, multiply } from "./edwards25519.ts";

/**
 * The comb's table is what its header says. `vitest run --update
 * --dir test/crypto` writes wasm/crypto/x25519-comb-table.c.
 */

const [TEETH, BLOCKS, COLUMNS] = [5, 2, 26];
const ENTRIES = 1 << (TEETH - 1);

/** The multiple of B that is entry `j` of block `b`. */
function multiplier(b: number, j: number): bigint {
  let k = 0n;
  for (let a = 0; a < TEETH; a++) {
    const plus = a === TEETH - 1 || ((j >> a) & 1) === 1;
    k += (plus ? 1n : -1n) << BigInt(BLOCKS * COLUMNS * a);
  }
  return k << BigInt(COLUMNS * b);
}

/** 32 bytes, little-endian, in lines of C. */
function bytes(x: bigint): string {
  const all = Array.from(
    { length: 32 },
    (_, i) => `0x${((x >> BigInt(8 * i)) & 255n).toString(16)}`,
  );
  return [0, 16].map((at) => `\t\t\t${all.slice(at, at + 16).join(",")},\n`).join("");
}

function entry(b: number, j: number): string {
  const P = multiply(multiplier(b, j), B);
  const half = inverse(2n);
  const values = [mod((P.y + P.x) * half), mod((P.y - P.x) * half), dxy(P)];
  return `\t\t{\n${values.map(bytes).join("")}\t\t},\n`;
}

function table(): string {
  const blocks = Array.from({ length: BLOCKS }, (_, b) => {
    const entries = Array.from({ length: ENTRIES }, (_, j) => entry(b, j));
    return `\t{\n${entries.join("")}\t},\n`;
  });
  return `#include "x25519-comb-table.h"

/* Made by test/crypto/x25519-comb-table.test.ts; see x25519-comb-table.h. */
/* clang-format off */
const unsigned char
	x25519_comb_table[X25519_BLOCKS][X25519_ENTRIES][X25519_ENTRY_BYTES] = {
${blocks.join("")}};
`;
}

test("the comb's table holds the multiples of B that its header names", async () => {
  await expect(table()).toMatchFileSnapshot("../../wasm/crypto/x25519-comb-table.c");
});

/**
 * ML-KEM in build/crypto-test.wasm reads and writes the same places in the same order, and makes the
 * same rounds of its loops, for whatever secret and whatever ciphertext. What follows from an
 * encapsulation key is public: its matrix is sampled with rejections, so all keys here share the
 * matrix's seed.
 */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { describe, expect, it } from "vitest";
import { CIPHERTEXT_BYTES, Mlkem, type MlkemExports } from "../crypto/mlkem-module.ts";
import type { Buffers } from "../crypto/module.ts";
import { Instrumented } from "../support/instrumented.ts";

const built = fileURLToPath(new URL("../../build/crypto-test.wasm", import.meta.url));
const instrumented = new Instrumented(built);
const instance = new WebAssembly.Instance(instrumented.module, instrumented.imports);
const exports = instance.exports as unknown as Buffers & MlkemExports;
exports._initialize();
const mlkem = new Mlkem(exports);

const LONG = { timeout: 120_000 };

const seed = randomBytes(64);
const key = mlkem.makeKey(seed);
const { ciphertext } = mlkem.encapsulate(key, randomBytes(32)) ?? { ciphertext: Buffer.alloc(0) };

function changedAt(at: number): Buffer {
  const changed = Buffer.from(ciphertext);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}

const ciphertexts = [
  { what: "the right one", of: ciphertext },
  { what: "its first bit changed", of: changedAt(0) },
  { what: "its last byte changed", of: changedAt(CIPHERTEXT_BYTES - 1) },
  { what: "a byte of v changed", of: changedAt(1000) },
  { what: "noise", of: randomBytes(CIPHERTEXT_BYTES) },
  { what: "zeros", of: Buffer.alloc(CIPHERTEXT_BYTES) },
  { what: "ones", of: Buffer.alloc(CIPHERTEXT_BYTES, 255) },
];

describe("decapsulation goes one way", LONG, () => {
  const way = (of: Buffer, secret: Buffer = seed) =>
    instrumented.trace(() => expect(mlkem.decapsulate(of, secret)).not.toBe(null));
  const first = way(ciphertext);

  it("at a length that shows that it is reported", () => {
    expect(first.length).toBeGreaterThan(100_000);
  });

  it.each(ciphertexts)("with $what", ({ of }) => {
    expect(way(of)).toEqual(first);
  });

  it("with another secret for rejected ciphertexts", () => {
    const other = Buffer.concat([seed.subarray(0, 32), randomBytes(32)]);
    expect(way(ciphertext, other)).toEqual(first);
    expect(way(changedAt(7), other)).toEqual(first);
  });

  it("and another matrix makes another way, which is noticed", () => {
    expect(way(ciphertext, randomBytes(64)).digest).not.toBe(first.digest);
  });
});

it("decapsulation goes one way whatever the private vector is", LONG, () => {
  const VECTOR_BYTES = 3 * 384;
  const expanded = Buffer.from(ml_kem768.keygen(seed).secretKey);
  /** Coefficients below q, which 12 bits may be over. */
  const vector = (of: () => number) => {
    const bytes = Buffer.alloc(VECTOR_BYTES);
    for (let at = 0; at < VECTOR_BYTES; at += 3) bytes.writeUIntLE(of() | (of() << 12), at, 3);
    return bytes;
  };
  const vectors = [
    expanded.subarray(0, VECTOR_BYTES),
    vector(() => 0),
    vector(() => 3328),
    vector(() => randomBytes(2).readUInt16LE(0) % 3329),
  ];
  const ways = vectors.flatMap((one) => {
    const secret = Buffer.concat([one, expanded.subarray(VECTOR_BYTES)]);
    return ciphertexts.map(({ of }) =>
      instrumented.trace(() => mlkem.decapsulateExpanded(of, secret)),
    );
  });
  expect(ways[0]?.length).toBeGreaterThan(50_000);
  expect(new Set(ways.map((way) => way.digest)).size).toBe(1);
});

it("encapsulation goes one way whatever its random bytes are", LONG, () => {
  const randoms = [Buffer.alloc(32), Buffer.alloc(32, 255), randomBytes(32), randomBytes(32)];
  const ways = randoms.map((random) =>
    instrumented.trace(() => expect(mlkem.encapsulate(key, random)).not.toBe(null)),
  );
  expect(ways[0]?.length).toBeGreaterThan(50_000);
  expect(new Set(ways.map((way) => way.digest)).size).toBe(1);
});

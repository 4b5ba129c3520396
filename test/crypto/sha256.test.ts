import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { at, bytes, hex, instance } from "./module.js";

/** Our SHA-224 and SHA-256 give OpenSSL's hash values, however the input comes. */

const exports = instance<{
  hash_value(): number;
  hash_run(isSha224: number, length: number, piece: number, carry: number): void;
}>();

const input = bytes("input", 20_000);
at(exports, exports.data(), input.length).set(input);

describe.each(["sha224", "sha256"] as const)("%s", (name) => {
  const size = name === "sha224" ? 28 : 32;
  const expected = (length: number) =>
    createHash(name).update(input.subarray(0, length)).digest("hex");

  function hashed(length: number, { piece = length, carry = 0 } = {}): string {
    exports.hash_run(name === "sha224" ? 1 : 0, length, Math.max(piece, 1), carry);
    return hex(at(exports, exports.hash_value(), size));
  }

  test("hashes of every length up to four blocks, and of longer ones", () => {
    for (let length = 0; length <= 260; length++) {
      expect(hashed(length), `${length}`).toBe(expected(length));
    }
    for (const length of [1000, 16_384, 19_999]) expect(hashed(length)).toBe(expected(length));
  });

  test("in pieces of every length around a block's", () => {
    for (let piece = 1; piece <= 200; piece++) {
      expect(hashed(777, { piece }), `${piece}`).toBe(expected(777));
    }
  });

  test("from a state that was taken after whole blocks", () => {
    for (const carry of [0, 64, 128, 640]) {
      for (const length of [640, 641, 695, 696, 704, 1000]) {
        expect(hashed(length, { piece: 50, carry })).toBe(expected(length));
      }
    }
  });
});

test("SHA-256 of FIPS 180-4's example", () => {
  at(exports, exports.data(), 3).set(Buffer.from("abc"));
  exports.hash_run(0, 3, 3, 0);
  const value = hex(at(exports, exports.hash_value(), 32));
  at(exports, exports.data(), 3).set(input.subarray(0, 3));
  expect(value).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

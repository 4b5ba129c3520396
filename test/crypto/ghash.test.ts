import { createCipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { at, bytes, hex, instance, someLengths, unhex } from "./module.js";

/** Our GHASH gives what BearSSL's scalar code and the standard give; with our AES, it makes GCM. */

const exports = instance<{
  ghash(ours: number, offset: number, length: number): void;
  aes_gcm_encrypt(
    ours: number,
    keyLength: number,
    aadLength: number,
    offset: number,
    length: number,
  ): void;
}>();

const BLOCK = 16;

function setBuffers(name: string, length = 2048): void {
  at(exports, exports.key(), 32).set(bytes(`key ${name}`, 32));
  at(exports, exports.iv(), BLOCK).set(bytes(`iv ${name}`, BLOCK));
  at(exports, exports.data(), length).set(bytes(`data ${name}`, length));
}

function ghash(ours: number, offset: number, length: number): string {
  const sum = at(exports, exports.mac(), BLOCK);
  sum.set(bytes("sum", BLOCK));
  exports.ghash(ours, offset, length);
  return hex(sum);
}

function expectSame(offset: number, length: number): void {
  const ours = ghash(1, offset, length);
  expect(ours, JSON.stringify({ offset, length })).toBe(ghash(0, offset, length));
}

/** Test cases 2, 3 and 4 of the GCM specification: each a whole sequence of calls. */
const text =
  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" +
  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091";
const specification: [h: string, inputs: string[], sum: string][] = [
  [
    "66e94bd4ef8a2c3b884cfa59ca342b2e",
    ["0388dace60b6a392f328c2b971b2fe78", "00000000000000000000000000000080"],
    "f38cbb1ad69223dcc3457ae5b6b0f885",
  ],
  [
    "b83b533708bf535d0aa6e52980d53b78",
    [`${text}473f5985`, "00000000000000000000000000000200"],
    "7f1b32b81b820d02614f8895ac1d4eac",
  ],
  [
    "b83b533708bf535d0aa6e52980d53b78",
    ["feedfacedeadbeeffeedfacedeadbeefabaddad2", text, "00000000000000a000000000000001e0"],
    "698e57f70e6ecc7fd9463b7260a9ae5f",
  ],
];

describe("GHASH", () => {
  test.each(specification)(
    "hashes as the GCM specification says, with H = %s",
    (h, inputs, sum) => {
      at(exports, exports.key(), BLOCK).set(unhex(h));
      at(exports, exports.mac(), BLOCK).fill(0);
      for (const input of inputs) {
        at(exports, exports.data(), input.length / 2).set(unhex(input));
        exports.ghash(1, 0, input.length / 2);
      }
      expect(hex(at(exports, exports.mac(), BLOCK))).toBe(sum);
    },
  );

  test("gives the scalar code's sum for every length up to 2,100", () => {
    setBuffers("every length", 2200);
    for (let length = 0; length <= 2100; length++) expectSame(length % 7, length);
  });

  test("gives the scalar code's sum for a whole record, aligned or not", () => {
    setBuffers("record", 17000);
    for (const offset of [0, 1, 3, 5, 13]) {
      for (const length of [4095, 4097, 16368, 16383, 16384]) expectSame(offset, length);
    }
  });

  test("gives the scalar code's sum for lengths up to a record", () => {
    setBuffers("lengths", 17000);
    for (const length of someLengths()) expectSame(length % 16, length);
  });

  test("gives the scalar code's sum for other keys, long and short", () => {
    for (let i = 0; i < 200; i++) {
      setBuffers(`key ${i}`);
      expectSame(0, 13);
      expectSame(0, 300 + i);
    }
  });

  test("gives the scalar code's sum for single bits of key and data", () => {
    for (let bit = 0; bit < 128; bit++) {
      const mask = 0x80 >> (bit & 7);
      at(exports, exports.key(), BLOCK).fill(0)[bit >> 3] = mask;
      at(exports, exports.data(), 512).fill(0)[496 + (bit >> 3)] = mask;
      expectSame(0, 512);
      at(exports, exports.data(), 512).fill(0xff);
      expectSame(0, 512);
    }
  });
});

/** Node's own: an implementation that shares nothing with either of ours. */
function gcmByNode(keyLength: number, aadLength: number, plain: Uint8Array): string {
  const key = at(exports, exports.key(), keyLength);
  const cipher = createCipheriv(
    `aes-${keyLength * 8}-gcm` as "aes-128-gcm",
    key,
    at(exports, exports.iv(), 12),
  );
  cipher.setAAD(at(exports, exports.data(), aadLength));
  const encrypted = cipher.update(plain);
  cipher.final();
  return hex(encrypted) + hex(cipher.getAuthTag());
}

describe("AES-GCM", () => {
  test.each([16, 24, 32])("gives Node's bytes and tag with a key of %i bytes", (keyLength) => {
    const offset = 64;
    for (let length = 0; length <= 1500; length += 1 + (length % 5)) {
      setBuffers(`gcm ${length}`);
      const aadLength = length % 41;
      const room = at(exports, exports.data() + offset, length);
      const expected = gcmByNode(keyLength, aadLength, room.slice());
      exports.aes_gcm_encrypt(1, keyLength, aadLength, offset, length);
      const tag = hex(at(exports, exports.mac(), BLOCK));
      expect(hex(room) + tag, `${length} bytes`).toBe(expected);
    }
  });
});

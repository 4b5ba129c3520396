import { createCipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { at, bytes, hex, instance, someLengths, unhex } from "./module.js";

/**
 * Our Poly1305 gives what BearSSL's scalar code, the standard, Node and plain arithmetic give.
 * Only texts longer than SCALAR go through our own code.
 */

const exports = instance<{
  chapol(ours: number, encrypt: number, aadLength: number, offset: number, length: number): void;
  poly1305(ours: number, aadLength: number, offset: number, length: number): void;
}>();

const BLOCK = 16;
const OFFSET = 64;
const SCALAR = 640;
const p = 2n ** 130n - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

function number(littleEndian: Uint8Array): bigint {
  return BigInt(`0x0${hex(littleEndian.slice().reverse())}`);
}

function littleEndian(value: bigint, length: number): Uint8Array {
  const text = (value % 256n ** BigInt(length)).toString(16).padStart(2 * length, "0");
  return unhex(text).reverse();
}

/** RFC 8439, 2.5.1, but for the last step. */
function sum(key: Uint8Array, message: Uint8Array): bigint {
  const r = number(key.subarray(0, 16)) & clamp;
  let total = 0n;
  for (let i = 0; i < message.length; i += BLOCK) {
    const block = message.subarray(i, i + BLOCK);
    total = ((total + number(block) + 256n ** BigInt(block.length)) * r) % p;
  }
  return total;
}

function byArithmetic(key: Uint8Array, message: Uint8Array): string {
  return hex(littleEndian(sum(key, message) + number(key.subarray(16, 32)), 16));
}

function padded(data: Uint8Array): Uint8Array {
  const room = new Uint8Array(Math.ceil(data.length / BLOCK) * BLOCK);
  room.set(data);
  return room;
}

/** RFC 8439, 2.8: what ChaCha20-Poly1305 feeds to Poly1305. */
function framed(aad: Uint8Array, text: Uint8Array): Uint8Array {
  const lengths = [littleEndian(BigInt(aad.length), 8), littleEndian(BigInt(text.length), 8)];
  return new Uint8Array(Buffer.concat([padded(aad), padded(text), ...lengths]));
}

function tag(ours: number, aadLength: number, offset: number, length: number): string {
  exports.poly1305(ours, aadLength, offset, length);
  return hex(at(exports, exports.mac(), BLOCK));
}

/** Of what lies in the buffers: ours, by arithmetic, and by BearSSL. */
function expectRight(aadLength: number, offset: number, length: number): void {
  const key = at(exports, exports.key(), 32);
  const aad = at(exports, exports.data(), aadLength);
  const text = at(exports, exports.data() + offset, length);
  const ours = tag(1, aadLength, offset, length);
  expect(ours, `${length} bytes`).toBe(byArithmetic(key, framed(aad, text)));
  expect(ours, `${length} bytes`).toBe(tag(0, aadLength, offset, length));
}

function setBuffers(name: string, length: number): void {
  at(exports, exports.key(), 32).set(bytes(`key ${name}`, 32));
  at(exports, exports.iv(), 12).set(bytes(`iv ${name}`, 12));
  at(exports, exports.data(), length).set(bytes(`data ${name}`, length));
}

/** RFC 8439, 2.5.2 and A.3, where a carry or the last subtraction goes wrong easily. */
const zeros = "00".repeat(15);
const ones = "ff".repeat(16);
const standard: [key: string, message: string, tag: string][] = [
  [
    "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b",
    Buffer.from("Cryptographic Forum Research Group").toString("hex"),
    "a8061dc1305136c6c22b8baf0c0127a9",
  ],
  [`02${zeros}${"00".repeat(16)}`, ones, `03${zeros}`],
  [`02${zeros}${ones}`, `02${zeros}`, `03${zeros}`],
  [`01${zeros}${"00".repeat(16)}`, `${ones}f0${"ff".repeat(15)}11${zeros}`, `05${zeros}`],
  [`01${zeros}${"00".repeat(16)}`, `${ones}fb${"fe".repeat(15)}${"01".repeat(16)}`, `00${zeros}`],
  [`02${zeros}${"00".repeat(16)}`, `fd${"ff".repeat(15)}`, `fa${"ff".repeat(15)}`],
  [
    `0100000000000000040000000000000000${zeros}`,
    `e33594d7505e43b900000000000000003394d7505e4379cd01${"00".repeat(7)}${"00".repeat(16)}01${zeros}`,
    `140000000000000055${"00".repeat(7)}`,
  ],
  [
    `0100000000000000040000000000000000${zeros}`,
    `e33594d7505e43b900000000000000003394d7505e4379cd01${"00".repeat(7)}${"00".repeat(16)}`,
    `13${zeros}`,
  ],
];

describe("Poly1305", () => {
  test.each(standard)("by arithmetic is what RFC 8439 says, key %s", (key, message, expected) => {
    expect(byArithmetic(unhex(key), unhex(message))).toBe(expected);
  });

  test("is right for every length up to 2,500", () => {
    setBuffers("every length", 2600);
    for (let length = 0; length <= 2500; length++)
      expectRight(length % 17, 20 + (length % 5), length);
  });

  test("is right with more additional data than a block", () => {
    setBuffers("additional data", 3000);
    for (const aadLength of [17, 32, 33, 64]) expectRight(aadLength, 100, 2000);
  });

  test("is right for a whole record, aligned or not", () => {
    setBuffers("record", 17000);
    for (const offset of [16, 17, 19, 29]) {
      for (const length of [8191, 16368, 16383, 16384]) expectRight(13, offset, length);
    }
  });

  test("is right for lengths up to a record", () => {
    setBuffers("lengths", 17000);
    for (const length of someLengths()) expectRight(13, 16 + (length % 16), length);
  });

  test("is right for the largest r, and for blocks of all ones and all zeros", () => {
    for (const fill of [0xff, 0, 0x80]) {
      at(exports, exports.data(), 17000).fill(fill);
      for (const r of [
        ones,
        "00".repeat(16),
        `01${zeros}`,
        `${zeros}80`,
        "f".repeat(16).repeat(2),
      ]) {
        at(exports, exports.key(), 32).set(unhex(r + ones));
        for (const length of [SCALAR + 1, 2048, 16384]) expectRight(13, OFFSET, length);
      }
    }
  });

  test("is right for single limbs of r and of the blocks", () => {
    const length = SCALAR + 64;
    for (let bit = 0; bit < 124; bit += 3) {
      at(exports, exports.key(), 32)
        .fill(0)
        .set(littleEndian(2n ** BigInt(bit), 16));
      for (let place = 0; place < 128; place += 13) {
        const block = littleEndian(2n ** BigInt(place + 13) - 2n ** BigInt(place), 16);
        for (let i = 0; i < length; i += BLOCK) {
          at(exports, exports.data() + OFFSET + i, BLOCK).set(block);
        }
        expectRight(0, OFFSET, length);
      }
    }
  });

  /* Sums just above a multiple of p, or just below, go around once more than others. */
  test.each([
    0n,
    1n,
    2n,
    3n,
    4n,
    5n,
    6n,
    2n ** 8n,
    2n ** 12n,
    2n ** 16n,
    2n ** 19n,
    2n ** 128n,
    2n ** 129n,
  ])("reduces sums of %i and of minus that, and wraps when it adds s", (distance) => {
    for (const target of [distance, (p - distance) % p]) {
      for (let i = 0; i < 30; i++) {
        setBuffers(`target ${target} ${i}`, 2 * SCALAR);
        const key = at(exports, exports.key(), 32);
        if (i % 2 === 0) key.fill(0, 0, 16).set([i + 1]);
        key.fill(0xff, 16);
        aimAt(target, SCALAR + BLOCK * i);
        expect(tag(1, 0, 0, SCALAR + BLOCK * i)).toBe(
          hex(littleEndian(target + 2n ** 128n - 1n, BLOCK)),
        );
      }
    }
  });
});

/** Makes `data` a text whose sum, before s is added, is `target`: its last block does it. */
function aimAt(target: bigint, length: number): void {
  const text = at(exports, exports.data(), length);
  const last = text.subarray(length - BLOCK);
  const key = at(exports, exports.key(), 32);
  const r = number(key.subarray(0, 16)) & clamp;
  const inverse = power(r, p - 3n); // of r^2: the lengths follow the last block
  for (let attempt = 0; ; attempt++) {
    text.set(bytes(`attempt ${attempt}`, length));
    last.fill(0);
    const rest = sum(key, framed(new Uint8Array(0), text));
    const block = ((((target - rest) * inverse) % p) + p) % p;
    if (block < 2n ** 128n) {
      last.set(littleEndian(block, BLOCK));
      return;
    }
  }
}

function power(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n;
  const half = power((base * base) % p, exponent / 2n);
  return exponent % 2n === 0n ? half : (half * base) % p;
}

describe("ChaCha20-Poly1305", () => {
  test("gives Node's bytes and tag, and back", () => {
    for (let length = 0; length <= 4000; length += 1 + (length % 7)) {
      setBuffers(`aead ${length}`, OFFSET + length);
      const aadLength = length % 20;
      const room = at(exports, exports.data() + OFFSET, length);
      const plain = room.slice();
      const expected = byNode(aadLength, plain);
      exports.chapol(1, 1, aadLength, OFFSET, length);
      expect(hex(room) + hex(at(exports, exports.mac(), BLOCK)), `${length} bytes`).toBe(expected);
      at(exports, exports.mac(), BLOCK).fill(0);
      exports.chapol(1, 0, aadLength, OFFSET, length);
      expect(hex(room) + hex(at(exports, exports.mac(), BLOCK)), `${length} bytes back`).toBe(
        hex(plain) + expected.slice(2 * length),
      );
    }
  });
});

function byNode(aadLength: number, plain: Uint8Array): string {
  const cipher = createCipheriv(
    "chacha20-poly1305",
    at(exports, exports.key(), 32),
    at(exports, exports.iv(), 12),
    { authTagLength: BLOCK },
  );
  cipher.setAAD(at(exports, exports.data(), aadLength), { plaintextLength: plain.length });
  const encrypted = cipher.update(plain);
  cipher.final();
  return hex(encrypted) + hex(cipher.getAuthTag());
}

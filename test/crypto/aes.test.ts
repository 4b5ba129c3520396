import { createCipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { at, bytes, digest, hex, instance, someLengths, unhex } from "./module.js";

/** Our AES gives the bytes of BearSSL's scalar code, and of the standards, in each mode. */

type Blocks = (ours: number, keyLength: number, offset: number, length: number) => void;

const exports = instance<{
  aes_ctr(ours: number, keyLength: number, counter: number, offset: number, length: number): number;
  aes_cbcenc: Blocks;
  aes_cbcdec: Blocks;
  aes_ctrcbc_encrypt: Blocks;
  aes_ctrcbc_decrypt: Blocks;
  aes_ctrcbc_ctr: Blocks;
  aes_ctrcbc_mac: Blocks;
  aes_ccm_encrypt(
    ours: number,
    keyLength: number,
    aadLength: number,
    offset: number,
    length: number,
  ): number;
}>();

const BLOCK = 16;
const MARGIN = 256;
const keyLengths = [16, 24, 32];

/** SP 800-38A, appendix F: the same four blocks in every mode, and the keys. */
const plain =
  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
  "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
const key128 = "2b7e151628aed2a6abf7158809cf4f3c";
const key192 = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b";
const key256 = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
const ctrVectors: [key: string, cipher: string][] = [
  [
    key128,
    "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff" +
      "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
  ],
  [
    key192,
    "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94" +
      "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050",
  ],
  [
    key256,
    "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5" +
      "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
  ],
];
const cbcVectors: [key: string, cipher: string][] = [
  [
    key128,
    "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" +
      "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
  ],
  [
    key192,
    "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a" +
      "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
  ],
  [
    key256,
    "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d" +
      "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
  ],
];

/** What a run leaves: its result, and all bytes it could write, with a margin behind the data. */
function outcome(run: () => number | undefined, end: number): unknown {
  at(exports, exports.iv(), BLOCK).set(bytes("iv", BLOCK));
  at(exports, exports.mac(), BLOCK).set(bytes("mac", BLOCK));
  const room = at(exports, exports.data(), end + MARGIN);
  room.set(bytes("data", room.length));
  const result = run();
  return {
    result,
    iv: hex(at(exports, exports.iv(), BLOCK)),
    mac: hex(at(exports, exports.mac(), BLOCK)),
    data: digest(room),
  };
}

function expectSameCtr(input: {
  keyLength: number;
  counter: number;
  offset: number;
  length: number;
}): void {
  const { keyLength, counter, offset, length } = input;
  const run = (ours: number) =>
    outcome(() => exports.aes_ctr(ours, keyLength, counter, offset, length), offset + length);
  expect(run(1), JSON.stringify(input)).toEqual(run(0));
}

function expectSameBlocks(
  mode: Blocks,
  input: { keyLength: number; offset: number; length: number },
): void {
  const { keyLength, offset, length } = input;
  const run = (ours: number) =>
    outcome(() => void mode(ours, keyLength, offset, length), offset + length);
  expect(run(1), JSON.stringify(input)).toEqual(run(0));
}

function setKey(): void {
  at(exports, exports.key(), 32).set(bytes("key", 32));
}

/** Whole blocks: every number up to 131, then a record's worth, on odd addresses too. */
function expectSameForAllBlocks(mode: Blocks): void {
  setKey();
  for (const keyLength of keyLengths) {
    for (let blocks = 0; blocks <= 131; blocks++) {
      expectSameBlocks(mode, { keyLength, offset: blocks % 3, length: blocks * BLOCK });
    }
    for (const offset of [0, 1, 5, 13]) {
      for (const length of [16368, 16384]) expectSameBlocks(mode, { keyLength, offset, length });
    }
    for (const length of someLengths()) {
      expectSameBlocks(mode, { keyLength, offset: length % 16, length: length - (length % BLOCK) });
    }
  }
}

describe("AES in CTR mode", () => {
  test.each([
    ["000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a"],
    ["000102030405060708090a0b0c0d0e0f1011121314151617", "dda97ca4864cdfe06eaf70a0ec0d7191"],
    [
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "8ea2b7ca516745bfeafc49904b496089",
    ],
  ])("encrypts the counter as FIPS 197, appendix C, says, with key %s", (key, cipher) => {
    at(exports, exports.key(), 32).set(unhex(key));
    at(exports, exports.iv(), 12).set(unhex("00112233445566778899aabb"));
    at(exports, exports.data(), BLOCK).fill(0);
    exports.aes_ctr(1, key.length / 2, 0xccddeeff, 0, BLOCK);
    expect(hex(at(exports, exports.data(), BLOCK))).toBe(cipher);
  });

  test.each(ctrVectors)("encrypts as SP 800-38A, F.5, says, with key %s", (key, cipher) => {
    at(exports, exports.key(), 32).set(unhex(key));
    at(exports, exports.iv(), 12).set(unhex("f0f1f2f3f4f5f6f7f8f9fafb"));
    at(exports, exports.data(), 4 * BLOCK).set(unhex(plain));
    exports.aes_ctr(1, key.length / 2, 0xfcfdfeff, 0, 4 * BLOCK);
    expect(hex(at(exports, exports.data(), 4 * BLOCK))).toBe(cipher);
  });

  test("gives the scalar code's bytes for every length up to 2,100", () => {
    setKey();
    for (let length = 0; length <= 2100; length++) {
      const keyLength = keyLengths[length % 3] as number;
      expectSameCtr({ keyLength, counter: 1, offset: 0, length });
    }
  });

  test("gives the scalar code's bytes for a whole record, aligned or not", () => {
    setKey();
    for (const keyLength of keyLengths) {
      for (const offset of [0, 1, 3, 5, 13]) {
        for (const length of [127, 128, 129, 4095, 4097, 8191, 16383, 16384]) {
          expectSameCtr({ keyLength, counter: 2, offset, length });
        }
      }
      for (const length of someLengths()) {
        expectSameCtr({ keyLength, counter: 2, offset: length % 16, length });
      }
    }
  });

  test("gives the scalar code's bytes with other keys", () => {
    for (let i = 0; i < 200; i++) {
      at(exports, exports.key(), 32).set(bytes(`key ${i}`, 32));
      expectSameCtr({ keyLength: keyLengths[i % 3] as number, counter: i, offset: 0, length: 160 });
    }
  });

  test("wraps its counter as the scalar code does", () => {
    setKey();
    for (let counter = 0xfffffff0; counter <= 0xffffffff; counter++) {
      expectSameCtr({ keyLength: 16, counter, offset: 0, length: 1000 });
    }
  });
});

describe("AES in CBC mode", () => {
  test.each(cbcVectors)(
    "encrypts and decrypts as SP 800-38A, F.2, says, with key %s",
    (key, cipher) => {
      const data = at(exports, exports.data(), 4 * BLOCK);
      const iv = at(exports, exports.iv(), BLOCK);
      at(exports, exports.key(), 32).set(unhex(key));
      for (const [run, from, to] of [
        [exports.aes_cbcenc, plain, cipher],
        [exports.aes_cbcdec, cipher, plain],
      ] as const) {
        iv.set(unhex("000102030405060708090a0b0c0d0e0f"));
        data.set(unhex(from));
        run(1, key.length / 2, 0, 4 * BLOCK);
        expect(hex(data)).toBe(to);
        expect(hex(iv)).toBe(cipher.slice(-2 * BLOCK));
      }
    },
  );

  test("encrypts to the scalar code's bytes for any number of blocks", () => {
    expectSameForAllBlocks(exports.aes_cbcenc);
  });

  test("decrypts to the scalar code's bytes for any number of blocks", () => {
    expectSameForAllBlocks(exports.aes_cbcdec);
  });

  test("gives the scalar code's bytes with other keys", () => {
    for (let i = 0; i < 300; i++) {
      at(exports, exports.key(), 32).set(bytes(`key ${i}`, 32));
      const input = { keyLength: keyLengths[i % 3] as number, offset: 0, length: 9 * BLOCK };
      expectSameBlocks(exports.aes_cbcenc, input);
      expectSameBlocks(exports.aes_cbcdec, input);
    }
  });
});

describe("AES in CTR mode with CBC-MAC", () => {
  test.each([
    "aes_ctrcbc_encrypt",
    "aes_ctrcbc_decrypt",
    "aes_ctrcbc_ctr",
    "aes_ctrcbc_mac",
  ] as const)("%s gives the scalar code's bytes for any number of blocks", (mode) => {
    expectSameForAllBlocks(exports[mode]);
  });

  test.each([
    "ff".repeat(16),
    `${"00".repeat(8)}${"ff".repeat(7)}fe`,
    `${"00".repeat(12)}${"ff".repeat(3)}fd`,
    `01${"ff".repeat(15)}`,
  ])("carries through its counter, from %s", (counter) => {
    for (const mode of [
      exports.aes_ctrcbc_encrypt,
      exports.aes_ctrcbc_decrypt,
      exports.aes_ctrcbc_ctr,
    ]) {
      const left = [0, 1].map((ours) => {
        at(exports, exports.iv(), BLOCK).set(unhex(counter));
        at(exports, exports.mac(), BLOCK).fill(0);
        at(exports, exports.data(), 8 * BLOCK).set(bytes("data", 8 * BLOCK));
        mode(ours, 16, 0, 8 * BLOCK);
        return hex(at(exports, exports.iv(), BLOCK)) + hex(at(exports, exports.data(), 8 * BLOCK));
      });
      expect(left[1]).toBe(left[0]);
    }
  });

  test.each(keyLengths)("makes Node's CCM with a key of %i bytes", (keyLength) => {
    const offset = 64;
    for (let length = 0; length <= 1000; length += 1 + (length % 5)) {
      at(exports, exports.key(), 32).set(bytes(`ccm key ${length}`, 32));
      at(exports, exports.iv(), 12).set(bytes(`ccm iv ${length}`, 12));
      at(exports, exports.data(), offset + length).set(bytes(`ccm ${length}`, offset + length));
      const aadLength = length % 29;
      const room = at(exports, exports.data() + offset, length);
      const expected = ccmByNode(keyLength, aadLength, room.slice());
      expect(exports.aes_ccm_encrypt(1, keyLength, aadLength, offset, length)).toBe(1);
      const tag = hex(at(exports, exports.mac(), BLOCK));
      expect(hex(room) + tag, `${length} bytes`).toBe(expected);
    }
  });
});

function ccmByNode(keyLength: number, aadLength: number, text: Uint8Array): string {
  const cipher = createCipheriv(
    `aes-${keyLength * 8}-ccm` as "aes-128-ccm",
    at(exports, exports.key(), keyLength),
    at(exports, exports.iv(), 12),
    { authTagLength: BLOCK },
  );
  cipher.setAAD(at(exports, exports.data(), aadLength), { plaintextLength: text.length });
  const encrypted = cipher.update(text);
  cipher.final();
  return hex(encrypted) + hex(cipher.getAuthTag());
}

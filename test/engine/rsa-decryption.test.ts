import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { describe, expect, test } from "vitest";
import { SandboxTrap } from "../../src/sandbox/instance.ts";
import { newKey } from "../support/certificates.ts";
import { isBlank, loadKey, mailboxOf, newKeeper } from "./instances.ts";

/**
 * The private half of RSA key exchange: what it answers never tells whether the padding was good
 * (Bleichenbacher, 1998; RFC 5246, 7.4.7.1).
 */

const PRE_MASTER = 48;

const key = newKey("RSA-2048");
const LENGTH = 256;

function load(of: KeyObject = key, keeper = newKeeper()): ReturnType<typeof loadKey> {
  return loadKey(of.export({ type: "pkcs8", format: "der" }), keeper);
}

/** PKCS#1 v1.5, as a TLS client does it. */
function encrypt(preMaster: Uint8Array, of: KeyObject = key): Buffer {
  return publicEncrypt(
    { key: createPublicKey(of), padding: constants.RSA_PKCS1_PADDING },
    preMaster,
  );
}

/** The encryption of a block with no padding but the test's own. */
function encryptBlock(block: Uint8Array): Buffer {
  return publicEncrypt({ key: createPublicKey(key), padding: constants.RSA_NO_PADDING }, block);
}

function decrypt(message: Uint8Array, loaded = load()): Buffer {
  const data = Buffer.from(message);
  return data.subarray(0, loaded.decrypt(data));
}

/** 00 02, non-zero bytes, 00, the pre-master secret. */
function paddedBlock(): Buffer {
  const block = Buffer.alloc(LENGTH, 0xaa);
  block.set([0, 2]);
  block.writeUInt8(0, LENGTH - PRE_MASTER - 1);
  return block;
}

function blockWith(at: number, byte: number): Buffer {
  const block = paddedBlock();
  block.writeUInt8(byte, at);
  return block;
}

const SEPARATOR = LENGTH - PRE_MASTER - 1;

const spoilt: [string, Buffer][] = [
  ["begins with 1", encryptBlock(blockWith(0, 1))],
  ["is of type 1, a signature's", encryptBlock(blockWith(1, 1))],
  ["is of type 0", encryptBlock(blockWith(1, 0))],
  ["has no zero before the secret", encryptBlock(blockWith(SEPARATOR, 0xaa))],
  ["ends at once", encryptBlock(blockWith(2, 0))],
  ["stands before 47 bytes", encrypt(randomBytes(PRE_MASTER - 1))],
  ["stands before 49 bytes", encrypt(randomBytes(PRE_MASTER + 1))],
  ["stands before nothing", encrypt(Buffer.of())],
  ["is all zero", encryptBlock(Buffer.concat([Buffer.alloc(LENGTH - 1), Buffer.of(1)]))],
];

describe("a good padding", () => {
  test("gives the pre-master secret", () => {
    const preMaster = randomBytes(PRE_MASTER);
    expect(decrypt(encrypt(preMaster))).toEqual(preMaster);
  });

  test.each([1024, 3072, 4096])("gives it with a key of %i bits, too", (modulusLength) => {
    const other = generateKeyPairSync("rsa", { modulusLength }).privateKey;
    const preMaster = randomBytes(PRE_MASTER);
    expect(decrypt(encrypt(preMaster, other), load(other))).toEqual(preMaster);
  });

  test("is what the blocks below would be, were they not spoilt", () => {
    expect(decrypt(encryptBlock(paddedBlock()))).toEqual(Buffer.alloc(PRE_MASTER, 0xaa));
  });
});

describe("a bad padding", () => {
  test.each(spoilt)("gives 48 bytes, and no error: it %s", (_what, message) => {
    const answer = decrypt(message);
    expect(answer).toHaveLength(PRE_MASTER);
    expect(answer).not.toEqual(Buffer.alloc(PRE_MASTER, 0xaa));
  });

  test("gives the same bytes for the same message, in any instance and any number of times", () => {
    const message = encryptBlock(blockWith(1, 1));
    const first = decrypt(message);
    const loaded = load();
    decrypt(encrypt(randomBytes(PRE_MASTER)), loaded);
    expect(decrypt(message, loaded)).toEqual(first);
    expect(decrypt(message, loaded)).toEqual(first);
  });

  test("gives other bytes for every other message", () => {
    const answers = spoilt.map(([, message]) => decrypt(message).toString("hex"));
    expect(new Set(answers).size).toBe(answers.length);
  });

  test("gives bytes none of which is the block's, wherever in the secret", () => {
    const loaded = load();
    const kept = Array.from({ length: PRE_MASTER }, () => 0);
    for (let round = 0; round < 8; round++) {
      const block = blockWith(1, 1);
      const secret = randomBytes(PRE_MASTER);
      block.set(secret, LENGTH - PRE_MASTER);
      const answer = decrypt(encryptBlock(block), loaded);
      for (const [at, byte] of secret.entries()) {
        if (answer[at] === byte) kept[at] = (kept[at] ?? 0) + 1;
      }
    }
    // By chance, one of eight is in 32 places; eight of eight are in none.
    expect(kept.filter((count) => count > 4)).toEqual([]);
  });

  test("gives other bytes for messages that differ in one byte, wherever", () => {
    const loaded = load();
    const message = encryptBlock(blockWith(1, 1));
    const answers = new Set([decrypt(message, loaded).toString("hex")]);
    // The first byte is left alone: with another, it might be no number below the modulus.
    const places = [1, 2, LENGTH / 2, LENGTH - 2, LENGTH - 1];
    for (const at of places) {
      const other = Buffer.from(message);
      other.writeUInt8(other.readUInt8(at) ^ 1, at);
      answers.add(decrypt(other, loaded).toString("hex"));
    }
    expect(answers.size).toBe(1 + places.length);
  });

  test("gives bytes that look random", () => {
    const loaded = load();
    const ones = Array.from({ length: 100 }, (_, at) => {
      const block = blockWith(1, 1);
      block.writeUInt8(at, LENGTH - 1);
      return countOnes(decrypt(encryptBlock(block), loaded));
    });
    const mean = ones.reduce((sum, count) => sum + count, 0) / ones.length;
    // 384 bits: 192 of them on average, and five standard deviations of the mean are 5.
    expect(Math.abs(mean - 192)).toBeLessThan(5);
  });

  test("gives bytes that depend on the key as well", () => {
    const other = newKey("RSA-2048");
    const message = Buffer.alloc(LENGTH, 1);
    expect(decrypt(message)).not.toEqual(decrypt(message, load(other)));
  });

  test("of random messages never gives an error", () => {
    const loaded = load();
    for (let count = 0; count < 50; count++) {
      expect(decrypt(randomBytes(LENGTH), loaded)).toHaveLength(PRE_MASTER);
    }
  });

  test("of a message that is not below the modulus gives 48 bytes, too", () => {
    expect(decrypt(Buffer.alloc(LENGTH, 0xff))).toHaveLength(PRE_MASTER);
  });

  function countOnes(bytes: Buffer): number {
    return [...bytes].reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  }
});

describe("a message of the wrong length", () => {
  test.each([0, 1, 48, 58, 59, 255, 257, 512, 65536])("gives nothing: %i bytes", (length) => {
    expect(decrypt(Buffer.alloc(length, 1))).toHaveLength(0);
  });

  test("longer than the mailbox never reaches the keeper", () => {
    expect(() => decrypt(Buffer.alloc(65537))).toThrow(SandboxTrap);
  });
});

describe("after a decryption", () => {
  test.each([
    ["good", encrypt(Buffer.alloc(PRE_MASTER, 0x5a))],
    ["bad", encryptBlock(blockWith(1, 1))],
  ])("nothing of the secret is left in the mailbox: the padding was %s", (_what, message) => {
    const keeper = newKeeper();
    const secret = decrypt(message, load(key, keeper));
    expect(secret).toHaveLength(PRE_MASTER);
    expect(isBlank(mailboxOf(keeper))).toBe(true);
  });

  test("the caller has no more than 48 bytes of the block", () => {
    const data = encryptBlock(paddedBlock());
    const before = Buffer.from(data);
    expect(load().decrypt(data)).toBe(PRE_MASTER);
    expect(data.subarray(PRE_MASTER)).toEqual(before.subarray(PRE_MASTER));
  });
});

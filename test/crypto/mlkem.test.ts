import { randomBytes } from "node:crypto";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { createMlKem768 } from "mlkem";
import { describe, expect, it } from "vitest";
import { CIPHERTEXT_BYTES, KEY_BYTES, Mlkem } from "./mlkem-module.ts";
import { bytes } from "./module.ts";

/**
 * ML-KEM-768 against two implementations by other people: whatever is derived from the same seed
 * and the same random bytes is the same, so each round goes both ways.
 */

interface Other {
  makeKeys(seed: Uint8Array): { key: Uint8Array; expanded: Uint8Array };
  encapsulate(key: Uint8Array, random: Uint8Array): { ciphertext: Uint8Array; secret: Uint8Array };
  decapsulate(ciphertext: Uint8Array, expanded: Uint8Array): Uint8Array;
}

const noble: Other = {
  makeKeys(seed) {
    const { publicKey: key, secretKey: expanded } = ml_kem768.keygen(seed);
    return { key, expanded };
  },
  encapsulate(key, random) {
    const { cipherText: ciphertext, sharedSecret: secret } = ml_kem768.encapsulate(key, random);
    return { ciphertext, secret };
  },
  decapsulate: (ciphertext, expanded) => ml_kem768.decapsulate(ciphertext, expanded),
};

const context = await createMlKem768();
const dajiaji: Other = {
  makeKeys(seed) {
    const [key, expanded] = context.deriveKeyPair(seed);
    return { key, expanded };
  },
  encapsulate(key, random) {
    const [ciphertext, secret] = context.encap(key, random);
    return { ciphertext, secret };
  },
  decapsulate: (ciphertext, expanded) => context.decap(ciphertext, expanded),
};

const ROUNDS = Number(process.env["MLKEM_ROUNDS"] ?? 1000);
const PATIENCE_MS = 60_000 + 60 * ROUNDS;

const mlkem = new Mlkem();
const hex = (data: Uint8Array | undefined | null) => data && Buffer.from(data).toString("hex");

describe.each([
  { name: "@noble/post-quantum", other: noble },
  { name: "mlkem", other: dajiaji },
])("beside $name", ({ other }) => {
  it(`makes the same of ${ROUNDS} seeds`, { timeout: PATIENCE_MS }, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [seed, random] = [randomBytes(64), randomBytes(32)];
      const { key, expanded } = other.makeKeys(seed);
      const theirs = other.encapsulate(key, random);
      const about = `seed ${hex(seed)} random ${hex(random)}`;
      expect(hex(mlkem.makeKey(seed)), about).toBe(hex(key));

      const ours = mlkem.encapsulate(key, random);
      expect(hex(ours?.ciphertext), about).toBe(hex(theirs.ciphertext));
      expect(hex(ours?.secret), about).toBe(hex(theirs.secret));
      expect(hex(mlkem.decapsulate(theirs.ciphertext, seed)), about).toBe(hex(theirs.secret));
      expect(hex(mlkem.decapsulateExpanded(theirs.ciphertext, expanded)), about).toBe(
        hex(theirs.secret),
      );

      const changed = Buffer.from(theirs.ciphertext);
      const at = random.readUInt16BE(0) % CIPHERTEXT_BYTES;
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (random.readUInt8(2) % 8)), at);
      const rejected = hex(other.decapsulate(changed, expanded));
      expect(hex(mlkem.decapsulate(changed, seed)), about).toBe(rejected);
      expect(rejected).not.toBe(hex(theirs.secret));
    }
  });
});

describe("a ciphertext", () => {
  const seed = bytes("seed", 64);
  const { ciphertext, secret } = mlkem.encapsulate(mlkem.makeKey(seed), bytes("random", 32)) ?? {
    ciphertext: Buffer.alloc(0),
    secret: Buffer.alloc(0),
  };

  it("with any of its bytes changed gives a secret of its own", () => {
    const secrets = new Set([hex(secret)]);
    for (let at = 0; at < CIPHERTEXT_BYTES; at++) {
      // The least bit changes no message: only the comparison of ciphertexts can tell.
      for (const bit of [0, 1 + (at % 7)]) {
        const changed = Buffer.from(ciphertext);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        const other = hex(mlkem.decapsulate(changed, seed));
        expect(other).toMatch(/^[0-9a-f]{64}$/);
        secrets.add(other);
      }
    }
    expect(secrets.size).toBe(1 + 2 * CIPHERTEXT_BYTES);
  });

  it.each([0, 1, CIPHERTEXT_BYTES - 1, CIPHERTEXT_BYTES + 1])(
    "of %i bytes is refused",
    (length) => {
      const other = Buffer.alloc(length);
      ciphertext.copy(other);
      expect(mlkem.decapsulate(other, seed)).toBe(null);
    },
  );
});

describe("an encapsulation key", () => {
  const key = mlkem.makeKey(bytes("seed", 64));
  const random = bytes("random", 32);

  /** The key with its nth coefficient replaced. */
  function withCoefficient(n: number, value: number): Buffer {
    const changed = Buffer.from(key);
    const at = 3 * (n >> 1);
    const pair = changed.readUIntLE(at, 3);
    const other = n % 2 === 0 ? (pair & 0xfff000) | value : (pair & 0xfff) | (value << 12);
    changed.writeUIntLE(other, at, 3);
    return changed;
  }

  it("is refused with any of its 768 coefficients at q or over", () => {
    for (let n = 0; n < 768; n++) {
      expect(mlkem.encapsulate(withCoefficient(n, 3328), random), `${n}`).not.toBe(null);
      expect(mlkem.encapsulate(withCoefficient(n, 3329), random), `${n}`).toBe(null);
      expect(mlkem.encapsulate(withCoefficient(n, 4095), random), `${n}`).toBe(null);
    }
  });

  it.each([0, 1, KEY_BYTES - 1, KEY_BYTES + 1])("of %i bytes is refused", (length) => {
    const other = Buffer.alloc(length);
    key.copy(other);
    expect(mlkem.encapsulate(other, random)).toBe(null);
  });
});

it("compression rounds to the nearest, for every coefficient", () => {
  for (const bits of [1, 4, 10]) {
    for (let c = 0; c < 3329; c++) {
      const nearest = Math.round((c * 2 ** bits) / 3329) % 2 ** bits;
      expect(mlkem.compress(c, bits), `${c} to ${bits} bits`).toBe(nearest);
    }
  }
});

it("nothing is left where it worked", () => {
  const seed = bytes("seed", 64);
  const key = mlkem.makeKey(seed);
  const blank = Buffer.alloc(mlkem.room.length);
  expect(mlkem.room.equals(blank), "after making a key").toBe(true);
  const { ciphertext } = mlkem.encapsulate(key, bytes("random", 32)) ?? {};
  expect(mlkem.room.equals(blank), "after encapsulation").toBe(true);
  mlkem.encapsulate(Buffer.alloc(KEY_BYTES, 255), bytes("random", 32));
  expect(mlkem.room.equals(blank), "after a key that was refused").toBe(true);
  mlkem.decapsulate(ciphertext ?? Buffer.alloc(0), seed);
  expect(mlkem.room.equals(blank), "after decapsulation").toBe(true);
});

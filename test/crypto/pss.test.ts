import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from "node:crypto";
import { describe, expect, test } from "vitest";
import { bytes as noise } from "./module";
import { pssEncode, pssVerify } from "./pss-module";

/** RSA-PSS with OpenSSL's signatures, and what our padding makes of them. */

const MESSAGE = Buffer.from("what was said");
const PADDING = constants.RSA_PKCS1_PSS_PADDING;
const HASHES = ["sha256", "sha384", "sha512"] as const;
type Hash = (typeof HASHES)[number];

/** An encoded message has a bit less than the modulus: 1025 and 2049 have a byte before it. */
const SIZES = [1024, 1025, 1026, 1031, 2048, 2049, 3072, 4096];

function publicNumbers(key: KeyObject): { n: Buffer; e: Buffer } {
  const { n = "", e = "" } = key.export({ format: "jwk" });
  return { n: Buffer.from(n, "base64url"), e: Buffer.from(e, "base64url") };
}

function digest(hash: Hash, message = MESSAGE): Buffer {
  return createHash(hash).update(message).digest();
}

/** MGF1 (RFC 8017, B.2.1). */
function mask(hash: Hash, seed: Uint8Array, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let n = 0; Buffer.concat(parts).length < length; n++) {
    const counter = Buffer.of(0, 0, 0, n);
    parts.push(createHash(hash).update(seed).update(counter).digest());
  }
  return Buffer.concat(parts).subarray(0, length);
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
}

const cases = SIZES.flatMap((size) => HASHES.map((hash): [number, Hash] => [size, hash]));
const keys = new Map(
  SIZES.map((modulusLength) => [modulusLength, generateKeyPairSync("rsa", { modulusLength })]),
);

describe.each(cases)("with %i bits and %s", (size, hash) => {
  const { publicKey, privateKey } = keys.get(size) as {
    publicKey: KeyObject;
    privateKey: KeyObject;
  };
  const numbers = publicNumbers(publicKey);
  const length = digest(hash).length;
  const fits = Math.ceil((size - 1) / 8) >= 2 * length + 2;
  const signed = (saltLength = length) =>
    sign(hash, MESSAGE, { key: privateKey, padding: PADDING, saltLength });

  if (!fits) {
    test("nothing is encoded: there is no room", () => {
      expect(pssEncode(size, digest(hash), noise("salt", length))).toBeNull();
    });
    return;
  }

  test("OpenSSL's signature is taken, and nothing near it", () => {
    const signature = signed();
    expect(pssVerify(numbers, digest(hash), signature)).toBe(true);
    expect(pssVerify(numbers, digest(hash, Buffer.from("else")), signature)).toBe(false);
    expect(pssVerify(numbers, digest(hash), signature.subarray(1))).toBe(false);
    expect(pssVerify(numbers, digest(hash), Buffer.concat([Buffer.of(0), signature]))).toBe(false);
    for (let bit = 0; bit < 8 * signature.length; bit += 61) {
      const flipped = Buffer.from(signature);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(pssVerify(numbers, digest(hash), flipped), `bit ${bit}`).toBe(false);
    }
  });

  test("only a salt as long as the hash value is taken", () => {
    for (const saltLength of [0, 20, length - 1]) {
      expect(pssVerify(numbers, digest(hash), signed(saltLength)), `${saltLength}`).toBe(false);
    }
  });

  test("PKCS#1 v1.5 is not taken", () => {
    const signature = sign(hash, MESSAGE, {
      key: privateKey,
      padding: constants.RSA_PKCS1_PADDING,
    });
    expect(pssVerify(numbers, digest(hash), signature)).toBe(false);
  });

  describe("of a padded message", () => {
    const modulus = BigInt(`0x${numbers.n.toString("hex")}`);
    // OpenSSL makes 2,048 bits of 2,049.
    const bits = modulus.toString(2).length;
    const numberOf = (message: Uint8Array) => BigInt(`0x${Buffer.from(message).toString("hex")}`);
    const isTaken = (message: bigint) => {
      const text = message.toString(16).padStart(2 * numbers.n.length, "0");
      const key = { key: privateKey, padding: constants.RSA_NO_PADDING };
      return pssVerify(numbers, digest(hash), privateEncrypt(key, Buffer.from(text, "hex")));
    };
    const encoded = (salt: Uint8Array) => pssEncode(bits, digest(hash), salt) as Buffer;

    test("no bit in front may be set", () => {
      const front = 1n << BigInt(bits - 1);
      // With the bit, it must still be smaller than the modulus.
      const message = Array.from({ length: 1000 }, (_, n) => noise(`${n}`, length))
        .map((salt) => numberOf(encoded(salt)))
        .find((one) => one + front < modulus) as bigint;
      expect(isTaken(message)).toBe(true);
      expect(isTaken(message + front)).toBe(false);
    });

    test("each byte in front of the salt counts, and the last one", () => {
      const message = encoded(noise("salt", length));
      const before = numbers.n.length - Math.ceil((bits - 1) / 8);
      const salt = message.length - 1 - 2 * length;
      for (let at = before; at < message.length; at++) {
        if (at >= salt && at < message.length - 1) continue;
        const changed = Buffer.from(message);
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
        if (numberOf(changed) < modulus) expect(isTaken(numberOf(changed)), `${at}`).toBe(false);
      }
    });

    test("each byte of the hash value counts", () => {
      const salt = noise("salt", length);
      for (let at = 0; at < length; at++) {
        const message = encoded(salt);
        const [begin, end] = [message.length - 1 - length, message.length - 1];
        const value = message.subarray(begin, end);
        const masked = message.subarray(message.length - Math.ceil((bits - 1) / 8), begin);
        const plain = xor(masked, mask(hash, value, masked.length));
        value.writeUInt8(value.readUInt8(at) ^ 1, at);
        masked.set(xor(plain, mask(hash, value, masked.length)));
        masked.writeUInt8(masked.readUInt8(0) & (0xff >> (8 - (((bits - 2) % 8) + 1))));
        expect(isTaken(numberOf(message)), `${at}`).toBe(false);
      }
    });
  });

  test("a padded message is smaller than the modulus, and its salt counts", () => {
    const encoded = (salt: string) => pssEncode(size, digest(hash), noise(salt, length)) as Buffer;
    expect(BigInt(`0x${encoded("a").toString("hex")}`) >> BigInt(size - 1)).toBe(0n);
    expect(encoded("a")).toEqual(encoded("a"));
    expect(encoded("a")).not.toEqual(encoded("b"));
  });
});

test("a modulus of zeros, of no bytes or of too many takes nothing", () => {
  const e = Buffer.of(1, 0, 1);
  for (const n of [Buffer.alloc(0), Buffer.alloc(128), Buffer.alloc(520, 255)]) {
    expect(pssVerify({ n, e }, digest("sha256"), Buffer.alloc(n.length, 1))).toBe(false);
  }
});

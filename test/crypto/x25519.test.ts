import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { p } from "./edwards25519.ts";
import { bytes as noise, unhex } from "./module.ts";
import { X25519 } from "./x25519-module.ts";

/** Our X25519 gives the bytes of RFC 7748, of BearSSL's two, and of OpenSSL. */

const x25519 = new X25519();
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const NINE = unhex(`09${"00".repeat(31)}`);

/** 32 bytes, little-endian. */
function encoded(x: bigint): Uint8Array {
  return unhex(x.toString(16).padStart(64, "0")).reverse();
}

describe("RFC 7748, 5.2", () => {
  test.each([
    [
      "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
      "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
      "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    ],
    [
      "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
      "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
      "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    ],
  ])("scalar %s", (scalar, u, product) => {
    expect(x25519.mul("ours", unhex(u), unhex(scalar))).toBe(product);
  });

  test("iterated 1 and 1,000 times", () => {
    let [k, u] = [NINE, NINE];
    for (let i = 1; i <= 1000; i++) {
      const product = x25519.mul("ours", u, k) ?? "";
      [u, k] = [k, unhex(product)];
      if (i === 1)
        expect(product).toBe("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
    expect(Buffer.from(k).toString("hex")).toBe(
      "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
    );
  });
});

test("RFC 7748, 6.1: the keys of Alice and Bob, and what they share", () => {
  const alice = unhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const bob = unhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  const shares = [
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
  ] as const;
  const shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  expect([alice, bob].map((key) => x25519.mulgen("ours", key))).toEqual(shares);
  expect(x25519.mul("ours", unhex(shares[1]), alice)).toBe(shared);
  expect(x25519.mul("ours", unhex(shares[0]), bob)).toBe(shared);
});

describe("what was computed with is wiped", () => {
  const x = noise("a key to forget", 32);
  const clamped = Uint8Array.from(x, (byte, i) => {
    if (i === 0) return byte & 0xf8;
    return i === 31 ? (byte & 0x7f) | 0x40 : byte;
  });
  const k = BigInt(`0x${Buffer.from(clamped).reverse().toString("hex")}`);

  test("one's own key: the private key, and the comb's signs", () => {
    x25519.mulgen("ours", x);
    expect(x25519.remembers(x)).toBe(true);
    expect(x25519.remembers(clamped)).toBe(false);
    expect(x25519.remembers(encoded((k + ORDER) >> 1n))).toBe(false);
  });

  test("the shared secret: the private key, and the secret in any form", () => {
    const result = unhex(x25519.mul("ours", noise("a point", 32), x) ?? "");
    const secret = BigInt(`0x${Buffer.from(result).reverse().toString("hex")}`);
    const limbs = Array.from({ length: 8 }, (_, i) => (secret >> BigInt(29 * i)) & 0x1fffffffn);
    expect(x25519.remembers(result)).toBe(true);
    expect(x25519.remembers(clamped)).toBe(false);
    expect(x25519.remembers(result.reverse())).toBe(false);
    expect(x25519.remembers(bytesOf(Int32Array.from(limbs, Number)))).toBe(false);
    expect(x25519.remembers(bytesOf(BigInt64Array.from(limbs)))).toBe(false);
  });
});

function bytesOf({ buffer }: Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer);
}

/** Values where carries and reductions may go wrong; non-canonical ones, and the points of small order. */
const points = [
  ...Array.from({ length: 40 }, (_, i) => BigInt(i)),
  ...Array.from({ length: 60 }, (_, i) => p - 40n + BigInt(i)),
  ...Array.from({ length: 256 }, (_, i) => 1n << BigInt(i)),
  ...Array.from({ length: 256 }, (_, i) => (1n << BigInt(i)) - 1n),
  (1n << 256n) - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
];

const scalars = [
  ...[0n, 1n, 8n, ORDER, 8n * ORDER, ORDER - 8n, 2n ** 255n - 8n, 2n ** 254n, (1n << 256n) - 1n],
  ...Array.from({ length: 255 }, (_, i) => 1n << BigInt(i)),
  ...Array.from({ length: 255 }, (_, i) => (1n << BigInt(i)) - 1n),
  // A comb's entry: what would be a doubling with other formulas.
  ...[26, 52, 104, 156, 208].map((i) => (1n << BigInt(i)) * 8n + ORDER),
];

describe("as BearSSL's m31", () => {
  test("points at the edges", () => {
    for (const [i, u] of points.entries()) {
      const k = noise(`scalar ${i}`, 32);
      const point = encoded(u);
      expect(x25519.mul("ours", point, k), u.toString(16)).toBe(x25519.mul("m31", point, k));
    }
  });

  test("multipliers at the edges, of points and of 9", () => {
    for (const [i, x] of scalars.entries()) {
      const k = encoded(x);
      const point = noise(`point ${i}`, 32);
      expect(x25519.mul("ours", point, k), x.toString(16)).toBe(x25519.mul("m31", point, k));
      expect(x25519.mulgen("ours", k), x.toString(16)).toBe(x25519.mulgen("m31", k));
    }
  });

  test("multipliers of any length", () => {
    for (let length = 0; length <= 33; length++) {
      const k = noise(`length ${length}`, length);
      const long = length > 32;
      expect(x25519.mul("ours", NINE, k), `${length}`).toBe(x25519.mul("m31", NINE, k));
      expect(x25519.mulgen("ours", k), `${length}`).toBe(long ? "" : x25519.mulgen("m31", k));
    }
  });

  test("points of another length than 32 are refused", () => {
    for (const length of [0, 1, 31, 33, 65])
      expect(x25519.mul("ours", noise("point", length), NINE)).toBe(null);
  });
});

const privateKeys = Array.from({ length: 1500 }, () => generateKeyPairSync("x25519").privateKey);

function half(key: KeyObject, part: "d" | "x"): Uint8Array {
  return new Uint8Array(Buffer.from(key.export({ format: "jwk" })[part] ?? "", "base64url"));
}

test("one's own key and the shared secret are OpenSSL's, 1500 times", () => {
  for (const [i, key] of privateKeys.entries()) {
    const other = privateKeys[(i + 1) % privateKeys.length] as KeyObject;
    const [own, share] = [half(key, "d"), half(other, "x")];
    const secret = diffieHellman({ privateKey: key, publicKey: createPublicKey(other) });
    expect(x25519.mulgen("ours", own)).toBe(Buffer.from(half(key, "x")).toString("hex"));
    expect(x25519.mul("ours", share, own)).toBe(secret.toString("hex"));
  }
});

import { createHash, createPublicKey, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { n } from "./p256-arithmetic";
import { bytes, hashes, mulgen, noise, sign } from "./p256-module";

/** Our ECDSA signatures are BearSSL's, bit for bit, and RFC 6979's. */

const names = Object.keys(hashes) as (keyof typeof hashes)[];

/** SEQUENCE of two INTEGERs. */
function asn1(r: string, s: string): string {
  const integers = [r, s].map((digits) => {
    const value = digits.replace(/^(00)+/, "").toLowerCase();
    const positive = Number.parseInt(value.slice(0, 2), 16) < 0x80 ? value : `00${value}`;
    return `02${(positive.length / 2).toString(16)}${positive}`;
  });
  const body = integers.join("");
  return `30${(body.length / 2).toString(16)}${body}`;
}

describe("ECDSA with P-256", () => {
  test.each([
    [
      "sha1",
      "sample",
      "61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32",
      "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB",
    ],
    [
      "sha224",
      "sample",
      "53B2FFF5D1752B2C689DF257C04C40A587FABABB3F6FC2702F1343AF7CA9AA3F",
      "B9AFB64FDC03DC1A131C7D2386D11E349F070AA432A4ACC918BEA988BF75C74C",
    ],
    [
      "sha256",
      "sample",
      "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
      "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ],
    [
      "sha384",
      "sample",
      "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
      "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954",
    ],
    [
      "sha512",
      "sample",
      "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
      "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE",
    ],
    [
      "sha1",
      "test",
      "0CBCC86FD6ABD1D99E703E1EC50069EE5C0B4BA4B9AC60E409E8EC5910D81A89",
      "01B9D7B73DFAA60D5651EC4591A0136F87653E0FD780C3B1BC872FFDEAE479B1",
    ],
    [
      "sha256",
      "test",
      "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
      "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
    ],
  ] as const)("signs as RFC 6979, A.2.5, says: %s of %s", (hash, message, r, s) => {
    const x = bytes(0xc9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721n);
    const value = createHash(hash).update(message).digest();
    expect(sign("ours", { hash, value, x })).toBe(asn1(r, s));
  });

  test.each(names)("gives BearSSL's signatures: %s", (hash) => {
    for (let i = 0; i < 60; i++) {
      const input = { hash, value: noise(`value ${i}`, 64), x: noise(`key ${hash} ${i}`) };
      expect(sign("ours", input), `${i}`).toBe(sign("m31", input));
    }
  });

  test("gives BearSSL's signatures for keys and hash values at the edges", () => {
    const keys = [1n, 2n, 3n, n - 1n, n - 2n, n >> 1n, (1n << 255n) - 1n, 1n << 224n];
    const values = [0n, 1n, n - 1n, n, n + 1n, (1n << 256n) - 1n, 1n << 255n];
    for (const key of keys) {
      for (const value of values) {
        const input = { hash: "sha256", value: bytes(value), x: bytes(key) } as const;
        expect(sign("ours", input)).toBe(sign("m31", input));
      }
    }
  });

  test("takes keys of any length, as BearSSL", () => {
    for (const length of [1, 2, 16, 31, 33, 40]) {
      const x = bytes(0x42n, length);
      const input = { hash: "sha384", value: noise("value", 48), x } as const;
      expect(sign("ours", input)).toBe(sign("m31", input));
      expect(sign("ours", input)).not.toBe("");
    }
  });

  test("refuses keys that are 0, or n or more", () => {
    const keys = [bytes(0n), bytes(n), bytes(n + 1n), bytes((1n << 256n) - 1n)];
    for (const x of [...keys, bytes(1n << 256n, 33), new Uint8Array(0)]) {
      const input = { hash: "sha256", value: noise("value"), x } as const;
      expect(sign("ours", input)).toBe("");
      expect(sign("m31", input)).toBe("");
    }
  });

  test("OpenSSL verifies what it signs", () => {
    const spki = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
    for (let i = 0; i < 30; i++) {
      const x = noise(`verified ${i}`);
      const der = Buffer.from(spki + mulgen("ours", x), "hex");
      const key = createPublicKey({ key: der, format: "der", type: "spki" });
      const message = Buffer.from(`message ${i}`);
      const value = createHash("sha256").update(message).digest();
      const signature = Buffer.from(sign("ours", { hash: "sha256", value, x }), "hex");
      expect(verify("sha256", message, key, signature)).toBe(true);
    }
  });
});

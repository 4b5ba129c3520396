import { constants, generateKeyPairSync, privateEncrypt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bytes as noise } from "./module";
import { decoded, encoded, rsaCheck, rsaKey } from "./rsa-module";

/** Who made a signature finds out whether it verifies, with OpenSSL's signatures. */

const cases: [bits: number, e: number][] = [
  [1024, 3],
  [1024, 65537],
  [2048, 65537],
  [2048, 4294967291],
  [3072, 65537],
  [4096, 65537],
  [1000, 65537],
];

describe.each(cases)("a key of %i bits with the public exponent %i", (modulusLength, exponent) => {
  const settings = { modulusLength, publicExponent: exponent };
  const { privateKey } = generateKeyPairSync("rsa", settings);
  const key = rsaKey(privateKey);
  const size = modulusLength / 8;
  const [p, q] = [decoded(key.p), decoded(key.q)];
  const modulus = p * q;
  const n = encoded(modulus, size);
  const e = encoded(BigInt(exponent));
  const message = encoded(decoded(noise(`check ${modulusLength}`, size)) % modulus, size);
  const padding = constants.RSA_NO_PADDING;
  const power = privateEncrypt({ key: privateKey, padding }, message);
  const right = { power, message, n, e };

  test("has its signature verified", () => {
    expect(rsaCheck(key, right)).toBe(true);
  });

  test("may have leading zeros in what is public", () => {
    const zeros = (x: Uint8Array) => Buffer.concat([new Uint8Array(3), x]);
    expect(rsaCheck(key, { ...right, n: zeros(n), e: zeros(e) })).toBe(true);
  });

  test("has no signature with a flipped bit", () => {
    for (let bit = 0; bit < 8 * size; bit += 37) {
      const flipped = encoded(decoded(power) ^ (1n << BigInt(bit)), size);
      expect(rsaCheck(key, { ...right, power: flipped }), `${bit}`).toBe(false);
    }
  });

  test("has no signature that is right modulo one factor only", () => {
    for (const factor of [p, q]) {
      const half = encoded((decoded(power) + factor) % modulus, size);
      expect(rsaCheck(key, { ...right, power: half })).toBe(false);
    }
  });

  test("has no signature of a message that is right modulo one factor only", () => {
    for (const factor of [p, q]) {
      const half = encoded((decoded(message) + factor) % modulus, size);
      expect(rsaCheck(key, { ...right, message: half })).toBe(false);
    }
  });

  test("has no signature of minus the message", () => {
    const minus = encoded(modulus - decoded(message), size);
    expect(rsaCheck(key, { ...right, message: minus })).toBe(false);
  });

  test("is no key of another modulus or exponent", () => {
    expect(rsaCheck(key, { ...right, n: encoded(modulus + 2n, size) })).toBe(false);
    expect(rsaCheck(key, { ...right, n: n.subarray(1) })).toBe(false);
    expect(rsaCheck(key, { ...right, e: encoded(BigInt(exponent) + 2n) })).toBe(false);
  });

  test("with a damaged factor verifies nothing, if that is used", () => {
    const small = modulusLength < 1024;
    for (const bit of [1n, 17n, 300n]) {
      const damaged = { ...key, p: encoded(p ^ (1n << bit)) };
      expect(rsaCheck(damaged, right)).toBe(small);
    }
  });
});

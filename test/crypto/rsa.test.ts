import { constants, generateKeyPairSync, generatePrimeSync, publicEncrypt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bytes as noise } from "./module";
import { decoded, encoded, inverse, type RsaKey, rsaKey, rsaPrivate } from "./rsa-module";

/** Our RSA gives the bytes of BearSSL's, refuses what it refuses, and OpenSSL agrees. */

function modulus(key: RsaKey): bigint {
  return decoded(key.p) * decoded(key.q);
}

function size(key: RsaKey): number {
  return (key.bits + 7) >> 3;
}

/** A key of these factors, prime or not; its exponents are what they are. */
function keyOf(p: bigint, q: bigint, exponents: { dp: bigint; dq: bigint; iq?: bigint }): RsaKey {
  const iq = exponents.iq ?? inverse(q, p);
  const [dp, dq] = [encoded(exponents.dp), encoded(exponents.dq)];
  const bits = (p * q).toString(2).length;
  return { bits, p: encoded(p), q: encoded(q), dp, dq, iq: encoded(iq) };
}

function realKey(p: bigint, q: bigint): RsaKey {
  const dp = inverse(65537n, p - 1n);
  const dq = inverse(65537n, q - 1n);
  return keyOf(p, q, { dp, dq });
}

function prime(bits: number): bigint {
  for (;;) {
    const p = generatePrimeSync(bits, { bigint: true });
    if ((p - 1n) % 65537n !== 0n) return p;
  }
}

/** Messages, a power of two, a few of noise: less than the modulus, all. */
function messages(key: RsaKey): bigint[] {
  const n = modulus(key);
  const length = size(key);
  const random = [1, 2, 3].map((i) => decoded(noise(`message ${i}`, length)) % n);
  const p = decoded(key.p);
  return [0n, 1n, 2n, n - 1n, n >> 1n, p, n - p, p - 1n, p * 5n, 1n << 500n, ...random];
}

function expectSame(key: RsaKey, message: bigint): void {
  const m = encoded(message, size(key));
  const ours = rsaPrivate("ours", key, m);
  expect(ours, message.toString(16)).toBe(rsaPrivate("i31", key, m));
  expect(ours).not.toBeNull();
}

describe.each([1024, 1536, 2048, 3072, 4096])("a key of %i bits", (bits) => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const key = rsaKey(privateKey);

  test("gives BearSSL's bytes", () => {
    for (const message of messages(key)) expectSame(key, message);
  });

  test("gives what the public key turns back", () => {
    const message = encoded(decoded(noise("a message", size(key))) % modulus(key), size(key));
    const ours = Buffer.from(rsaPrivate("ours", key, message) ?? "", "hex");
    const padding = constants.RSA_NO_PADDING;
    expect(publicEncrypt({ key: publicKey, padding }, ours)).toEqual(message);
  });

  test("refuses a message of n or more, as BearSSL", () => {
    const n = modulus(key);
    for (const message of [n, n + 1n, n + 12345n, (1n << BigInt(bits)) - 1n]) {
      const m = encoded(message, size(key));
      expect(rsaPrivate("ours", key, m)).toBeNull();
      expect(rsaPrivate("i31", key, m)).toBeNull();
    }
  });

  test("may have its factors the other way round", () => {
    const [p, q] = [decoded(key.p), decoded(key.q)];
    const [low, high] = p < q ? [p, q] : [q, p];
    for (const k of [realKey(low, high), realKey(high, low)]) {
      for (const message of messages(k)) expectSame(k, message);
    }
  });
});

describe("keys of unusual form", () => {
  const key = rsaKey(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
  const message = decoded(noise("unusual", 256)) % modulus(key);
  const zeros = (part: Uint8Array) => Buffer.concat([new Uint8Array(5), part]);
  const expected = rsaPrivate("i31", key, encoded(message, 256));

  test.each<[string, Partial<RsaKey>]>([
    ["a first factor", { p: zeros(key.p) }],
    ["a second factor", { q: zeros(key.q) }],
    ["both factors", { p: zeros(key.p), q: zeros(key.q) }],
    ["one exponent", { dp: zeros(key.dp) }],
    ["the other exponent", { dq: zeros(key.dq) }],
    ["an inverse", { iq: zeros(key.iq) }],
  ])("%s with leading zeros", (_, change) => {
    expect(rsaPrivate("ours", { ...key, ...change }, encoded(message, 256))).toBe(expected);
  });

  test.each<[string, Partial<RsaKey>]>([
    ["exponents not reduced", { dp: encoded(decoded(key.dp) + 7n * (decoded(key.p) - 1n)) }],
    ["an inverse not reduced", { iq: encoded(decoded(key.iq) + 99n * decoded(key.p)) }],
  ])("%s", (_, change) => {
    expect(rsaPrivate("ours", { ...key, ...change }, encoded(message, 256))).toBe(expected);
  });

  test.each<[string, Partial<RsaKey>]>([
    ["a first factor", { p: encoded(decoded(key.p) - 1n) }],
    ["a second factor", { q: encoded(decoded(key.q) - 1n) }],
  ])("%s that is even is refused", (_, change) => {
    const even = { ...key, ...change };
    expect(rsaPrivate("ours", even, encoded(message, 256))).toBeNull();
    expect(rsaPrivate("i31", even, encoded(message, 256))).toBeNull();
  });

  test.each([1000, 1016, 1018, 1023, 1025, 1100, 2040, 2047, 2049, 2056, 2064, 2500, 4095])(
    "a modulus of %i bits",
    (bits) => {
      const odd = rsaKey(generateKeyPairSync("rsa", { modulusLength: bits }).privateKey);
      for (const m of messages(odd).slice(-4)) expectSame(odd, m);
    },
  );

  test.each([
    [1024, 1016],
    [1016, 1024],
    [1023, 1018],
    [512, 1536],
    [700, 300],
    [300, 300],
    [2064, 2032],
  ])("factors of %i and %i bits", (first, second) => {
    const unequal = realKey(prime(first), prime(second));
    for (const m of messages(unequal)) expectSame(unequal, m);
  });
});

/** The factors need not be prime, and the exponents need not fit: any odd numbers will do. */
describe("edges of the arithmetic", () => {
  const ones = (bits: number) => (1n << BigInt(bits)) - 1n;
  const repeated = (digit: bigint, width: number, bits: number) => {
    let x = 0n;
    for (let at = 0; at < bits; at += width) x |= digit << BigInt(at);
    return x % (1n << BigInt(bits));
  };

  const exponents = { dp: 0xfedcba9876543210f0n, dq: ones(80), iq: 12345n };

  test.each([512, 768, 1024, 1032, 1536, 2048])("factors of %i bits", (bits) => {
    const top = 1n << BigInt(bits - 1);
    const factors = [
      ones(bits),
      top | 1n,
      top | ones(24),
      ones(bits) - (1n << BigInt(bits >> 1)),
      ones(bits) - ones(bits >> 1) + 1n,
      ...[23, 24].flatMap((width) => [
        top | 1n | repeated(1n << BigInt(width - 1), width, bits),
        top | 1n | repeated(ones(width - 1), width, bits),
        top | 1n | repeated(ones(width - 1) + 2n, width, bits),
      ]),
    ];
    for (const [i, p] of factors.entries()) {
      const key = keyOf(p, factors[(i + 1) % factors.length] ?? p, exponents);
      for (const m of messages(key).slice(0, 8)) expectSame(key, m);
      expectSame(key, repeated(1n << 23n, 24, key.bits) % modulus(key));
      expectSame(key, repeated(1n << 22n, 23, key.bits) % modulus(key));
    }
  });

  test.each([0n, 1n, 2n, 3n, 15n, 16n, 17n, 255n, 256n])("exponents of %i", (e) => {
    const key = keyOf(prime(512), prime(512), { dp: e, dq: e });
    for (const m of messages(key)) expectSame(key, m);
    const other = keyOf(decoded(key.p), decoded(key.q), { dp: e, dq: ones(512) });
    for (const m of messages(other)) expectSame(other, m);
  });

  test("no exponents at all", () => {
    const key = { ...keyOf(prime(512), prime(512), exponents), dp: Buffer.of(), dq: Buffer.of() };
    for (const m of messages(key)) expectSame(key, m);
  });
});

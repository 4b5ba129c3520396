import { describe, expect, test } from "vitest";
import { b, G, mod, multiply, n, p, power } from "./p256-arithmetic";
import { bytes, encoded, mul, muladd, mulgen, noise } from "./p256-module";

/** Our P-256 gives the bytes of BearSSL's two, and of the standards. */

const generator = encoded(G);

/** A point with no known relation to the generator but what `name` says. */
function point(name: string): Uint8Array {
  return Buffer.from(mulgen("m31", noise(name)), "hex");
}

/** A point whose x leaves room for another p in 32 bytes. */
function withSmallX(): { x: bigint; y: bigint } {
  for (let x = 1n; ; x++) {
    const square = mod(x * x * x - 3n * x + b, p);
    const y = power(square, (p + 1n) / 4n, p);
    if (mod(y * y, p) === square) return { x, y };
  }
}

function run(from: number, to: number): bigint {
  return (1n << BigInt(to)) - (1n << BigInt(from));
}

/** The comb's lowest entries; twice one of them is where an addition can be a doubling. */
const combEntries = Array.from({ length: 16 }, (_, j) =>
  [0, 1, 2, 3].reduce(
    (k, a) => k + (((j >> a) & 1) === 1 ? 1n : -1n) * (1n << BigInt(52 * a)),
    1n << 208n,
  ),
);

const edges: bigint[] = [
  ...Array.from({ length: 40 }, (_, i) => BigInt(i + 1)),
  ...Array.from({ length: 40 }, (_, i) => n - BigInt(i + 1)),
  ...Array.from({ length: 255 }, (_, i) => 1n << BigInt(i)),
  ...[13, 26, 29, 52, 58, 104, 208].flatMap((i) => [run(0, i), run(i, 255), run(i, 2 * i) % n]),
  ...combEntries.flatMap((k) => [k, 2n * k, n - k, n - 2n * k, 2n * k + 1n, 2n * k - 1n]),
  run(224, 256) - 1n,
  run(128, 256) % n,
  n >> 1n,
  (n >> 1n) + 1n,
];

describe("P-256, multiples of the generator", () => {
  test.each(Array.from({ length: 32 }, (_, i) => i + 1))("with %i bytes", (length) => {
    for (let i = 0; i < 12; i++) {
      const k = noise(`mulgen ${length} ${i}`, length);
      expect(mulgen("ours", k), `${i}`).toBe(mulgen("m31", k));
    }
  });

  test("with edges, as big integers say", () => {
    for (const k of edges) {
      const expected = Buffer.from(encoded(multiply(k, G))).toString("hex");
      expect(mulgen("ours", bytes(k)), k.toString(16)).toBe(expected);
    }
  });

  test("with a multiplier of n or more: reduced", () => {
    for (const k of [n + 1n, n + 2n, n + 12345n, 2n ** 256n - 1n]) {
      expect(mulgen("ours", bytes(k))).toBe(mulgen("ours", bytes(k - n)));
    }
  });

  test("with a multiplier of 0: (0, 0), as BearSSL", () => {
    for (const k of [bytes(0n), bytes(n), new Uint8Array(0), bytes(0n, 1)]) {
      expect(mulgen("ours", k)).toBe(`04${"00".repeat(64)}`);
    }
    expect(mulgen("m31", bytes(0n))).toBe(`04${"00".repeat(64)}`);
  });

  test("with more than 32 bytes: leading zeros pass, others don't", () => {
    expect(mulgen("ours", bytes(7n, 40))).toBe(mulgen("ours", bytes(7n)));
    expect(mulgen("ours", bytes(2n ** 256n, 33))).toBe("");
    expect(mul("ours", generator, bytes(2n ** 256n, 33))).toBe(null);
  });
});

describe("P-256, multiples of a point", () => {
  test.each(Array.from({ length: 32 }, (_, i) => i + 1))("with %i bytes", (length) => {
    for (let i = 0; i < 6; i++) {
      const P = point(`point ${length} ${i}`);
      const k = noise(`mul ${length} ${i}`, length);
      const ours = mul("ours", P, k);
      expect(ours, `${i}`).toBe(mul("m31", P, k));
      expect(ours, `${i}`).toBe(mul("i31", P, k));
    }
  });

  test("with edges, as multiples of the generator", () => {
    for (const k of edges) {
      expect(mul("ours", generator, bytes(k)), k.toString(16)).toBe(mulgen("ours", bytes(k)));
    }
  });

  test("with 0: refused, there is no such point", () => {
    for (const k of [0n, n]) expect(mul("ours", generator, bytes(k))).toBe(null);
  });

  test("agree on a secret, as RFC 5903, 8.1, says", () => {
    const i = 0xc88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433n;
    const r = 0xc6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53n;
    const gi =
      "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180" +
      "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3";
    const gr =
      "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63" +
      "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab";
    const girx = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
    expect(mulgen("ours", bytes(i))).toBe(gi);
    expect(mulgen("ours", bytes(r))).toBe(gr);
    expect(mul("ours", Buffer.from(gr, "hex"), bytes(i))?.slice(2, 66)).toBe(girx);
    expect(mul("ours", Buffer.from(gi, "hex"), bytes(r))?.slice(2, 66)).toBe(girx);
  });
});

describe("P-256, invalid points", () => {
  const { x, y } = G ?? { x: 0n, y: 0n };
  const point64 = (px: bigint, py: bigint) => Buffer.from([4, ...bytes(px), ...bytes(py)]);
  const small = withSmallX();

  test("only x + p is wrong with (x + p, y)", () => {
    expect(mul("ours", point64(small.x, small.y), bytes(1n))).toHaveLength(130);
  });

  test.each([
    ["off the curve", point64(x, y + 1n)],
    ["off the curve by a bit", point64(x ^ 1n, y)],
    ["(0, 0)", point64(0n, 0n)],
    ["x = p", point64(p, y)],
    ["y = p", point64(x, p)],
    ["x + p, on the curve if it were reduced", point64(small.x + p, small.y)],
    ["coordinates of all ones", point64(2n ** 256n - 1n, 2n ** 256n - 1n)],
    ["compressed", Buffer.from([2, ...bytes(x), ...bytes(y)])],
    ["hybrid", Buffer.from([7, ...bytes(x), ...bytes(y)])],
    ["infinity's first byte", Buffer.from([0, ...bytes(x), ...bytes(y)])],
    ["cut short", generator.subarray(0, 64)],
    ["empty", new Uint8Array(0)],
    ["a byte too long", Buffer.from([...generator, 0])],
  ])("%s", (_, P) => {
    const k = bytes(3n);
    expect(mul("ours", P, k)).toBe(null);
    if (P.length !== 65) return;
    expect(mul("m31", P, k)).toBe(null);
    expect(muladd("ours", { P, x: k, y: k })).toBe(null);
    expect(muladd("ours", { P: generator, x: k, Q: P, y: k })).toBe(null);
  });
});

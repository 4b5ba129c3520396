import { describe, expect, test } from "vitest";
import { type add, G, multiply, n } from "./p256-arithmetic";
import { bytes, encoded, muladd, mulgen, noise } from "./p256-module";

/** Sums of two multiples, as ECDSA verification needs them. */

const P = multiply(12345n, G);

function hex(point: ReturnType<typeof add>): string | null {
  return point === null ? null : Buffer.from(encoded(point)).toString("hex");
}

describe("P-256, x * P + y * Q", () => {
  test.each(Array.from({ length: 32 }, (_, i) => i + 1))("with %i bytes", (length) => {
    for (let i = 0; i < 3; i++) {
      const A = Buffer.from(mulgen("m31", noise(`A ${length} ${i}`)), "hex");
      const B = Buffer.from(mulgen("m31", noise(`B ${length} ${i}`)), "hex");
      const x = noise(`x ${length} ${i}`, length);
      const y = noise(`y ${length} ${i}`, 33 - length);
      for (const terms of [
        { P: A, x, Q: B, y },
        { P: A, x, y },
      ]) {
        const ours = muladd("ours", terms);
        expect(ours).toBe(muladd("m31", terms));
        expect(ours).toBe(muladd("i31", terms));
      }
    }
  });

  test("equal terms are doubled", () => {
    const terms = { P: encoded(P), x: bytes(7n), Q: encoded(P), y: bytes(7n) };
    expect(muladd("ours", terms)).toBe(hex(multiply(14n, P)));
    expect(muladd("m31", terms)).toBe(hex(multiply(14n, P)));
    const withGenerator = { P: encoded(P), x: bytes(3n), y: bytes(3n * 12345n) };
    expect(muladd("ours", withGenerator)).toBe(hex(multiply(6n, P)));
  });

  test("opposite terms are refused", () => {
    const terms = { P: encoded(P), x: bytes(7n), Q: encoded(P), y: bytes(n - 7n) };
    expect(muladd("ours", terms)).toBe(null);
    expect(muladd("m31", terms)).toBe(null);
    expect(muladd("ours", { P: encoded(P), x: bytes(n - 2n), y: bytes(24690n) })).toBe(null);
  });

  test("a term that is zero leaves the other", () => {
    const sevenP = hex(multiply(7n, P));
    const Q = encoded(G);
    expect(muladd("ours", { P: encoded(P), x: bytes(7n), Q, y: bytes(0n) })).toBe(sevenP);
    expect(muladd("ours", { P: encoded(P), x: bytes(7n), y: bytes(n) })).toBe(sevenP);
    expect(muladd("ours", { P: Q, x: bytes(0n), Q: encoded(P), y: bytes(7n) })).toBe(sevenP);
    expect(muladd("ours", { P: Q, x: bytes(0n), y: bytes(7n) })).toBe(hex(multiply(7n, G)));
    expect(muladd("ours", { P: Q, x: bytes(0n), y: bytes(0n) })).toBe(null);
  });
});

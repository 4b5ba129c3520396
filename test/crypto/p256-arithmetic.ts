/**
 * P-256 in big integers, for expectations: short and slow.
 */

export const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
export const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** The curve is y^2 = x^3 - 3 x + b. */
export const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Affine; null is the point at infinity. */
export type Point = { readonly x: bigint; readonly y: bigint } | null;

export const G: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

export function mod(a: bigint, m: bigint): bigint {
  const r = a % m;
  return r < 0n ? r + m : r;
}

/** a ** -1 modulo m, by Euclid's algorithm. */
function inverse(a: bigint, m: bigint): bigint {
  let [r, s, u, v] = [m, mod(a, m), 0n, 1n];
  while (s !== 0n) {
    const q = r / s;
    [r, s, u, v] = [s, r - q * s, v, u - q * v];
  }
  return mod(u, m);
}

/** a ** e modulo m. */
export function power(a: bigint, e: bigint, m: bigint): bigint {
  let result = 1n;
  for (const bit of e.toString(2)) {
    result = (result * result) % m;
    if (bit === "1") result = (result * a) % m;
  }
  return result;
}

export function add(P: Point, Q: Point): Point {
  if (P === null) return Q;
  if (Q === null) return P;
  if (P.x === Q.x && P.y !== Q.y) return null;
  const slope =
    P.x === Q.x
      ? (3n * P.x * P.x - 3n) * inverse(2n * P.y, p)
      : (Q.y - P.y) * inverse(Q.x - P.x, p);
  const x = mod(slope * slope - P.x - Q.x, p);
  return { x, y: mod(slope * (P.x - x) - P.y, p) };
}

/** k * P for k >= 0. */
export function multiply(k: bigint, P: Point): Point {
  let sum: Point = null;
  for (const bit of k.toString(2)) {
    sum = add(sum, sum);
    if (bit === "1") sum = add(sum, P);
  }
  return sum;
}

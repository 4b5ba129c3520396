/** edwards25519 by the book (RFC 8032, section 5.1), with points as (x, y). */

export const p = 2n ** 255n - 19n;
const d = mod(-121665n * inverse(121666n));

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export const B: Point = {
  x: 15112221349535400772501151409588531511454012693041857206046113283949847762202n,
  y: 46316835694926478169428394003475163141307993866256225615783033603165251855960n,
};

export function mod(a: bigint): bigint {
  return ((a % p) + p) % p;
}

/** By Euclid's algorithm. */
export function inverse(a: bigint): bigint {
  let [r, next] = [p, mod(a)];
  let [t, factor] = [0n, 1n];
  while (next > 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [t, factor] = [factor, t - quotient * factor];
  }
  return mod(t);
}

function add(P: Point, Q: Point): Point {
  const product = mod(d * P.x * Q.x * P.y * Q.y);
  return {
    x: mod((P.x * Q.y + P.y * Q.x) * inverse(1n + product)),
    y: mod((P.y * Q.y + P.x * Q.x) * inverse(1n - product)),
  };
}

/** Of any k, a negative one, too. */
export function multiply(k: bigint, P: Point): Point {
  let sum: Point = { x: 0n, y: 1n };
  let power = k < 0n ? { x: mod(-P.x), y: P.y } : P;
  for (let rest = k < 0n ? -k : k; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

/** d x y, which an addition takes. */
export function dxy({ x, y }: Point): bigint {
  return mod(d * x * y);
}

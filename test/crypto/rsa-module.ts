import type { KeyObject } from "node:crypto";
import { at, type Buffers, instance } from "./module";

/** RSA in build/crypto-test.wasm: ours, and BearSSL's; and a product of our arithmetic alone. */

interface Exports {
  rsa_key(bits: number, p: number, q: number, dp: number, dq: number, iq: number): void;
  rsa_private(which: number): number;
  rsa_check(n: number, e: number): number;
  pair_product(length: number, valueLength: number, b: number): number;
}

const exports: Buffers & Exports = instance<Exports>();
const PART = 1024;

function put(index: number, bytes: Uint8Array): void {
  at(exports, exports.data() + index * PART, bytes.length).set(bytes);
}

function get(index: number, length: number): Buffer {
  return Buffer.from(at(exports, exports.data() + index * PART, length));
}

/** What BearSSL takes of a key, big-endian, and how long its modulus is. */
export interface RsaKey {
  bits: number;
  p: Uint8Array;
  q: Uint8Array;
  dp: Uint8Array;
  dq: Uint8Array;
  iq: Uint8Array;
}

export function rsaKey(key: KeyObject): RsaKey {
  const { p, q, dp, dq, qi } = key.export({ format: "jwk" });
  const bytes = (text = "") => Buffer.from(text, "base64url");
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return { bits, p: bytes(p), q: bytes(q), dp: bytes(dp), dq: bytes(dq), iq: bytes(qi) };
}

const implementations = { ours: 0, i31: 1 } as const;

function load(key: RsaKey, message: Uint8Array): void {
  const { p, q, dp, dq, iq } = key;
  for (const [i, part] of [message, p, q, dp, dq, iq].entries()) put(i, part);
  exports.rsa_key(key.bits, p.length, q.length, dp.length, dq.length, iq.length);
}

/** What a message as long as the modulus becomes, in hexadecimal; null if it was refused. */
export function rsaPrivate(
  which: keyof typeof implementations,
  key: RsaKey,
  message: Uint8Array,
): string | null {
  load(key, message);
  const good = exports.rsa_private(implementations[which]);
  return good ? get(0, message.length).toString("hex") : null;
}

/** Is power^e the message, for the private key's holder? */
export function rsaCheck(
  key: RsaKey,
  of: { power: Uint8Array; message: Uint8Array; n: Uint8Array; e: Uint8Array },
): boolean {
  load(key, of.message);
  put(6, of.power);
  put(7, of.n);
  put(8, of.e);
  return exports.rsa_check(of.n.length, of.e.length) === 1;
}

export type Pair = readonly [bigint, bigint];

/** a * b / R or a * a / R, in both lanes, for moduli of `length` bytes. */
export function product(n: Pair, length: number, a: Pair, b?: Pair): Pair {
  const put2 = (index: number, [x, y]: Pair, size: number) => {
    put(index, encoded(x, size));
    put(index + 1, encoded(y, size));
  };
  const size = length + 4;
  put2(1, n, length);
  put2(3, a, size);
  put2(5, b ?? a, size);
  const result = exports.pair_product(length, size, b === undefined ? 0 : 1);
  return [decoded(get(3, result)), decoded(get(4, result))];
}

export function encoded(x: bigint, length = Math.ceil(x.toString(16).length / 2)): Buffer {
  return Buffer.from(x.toString(16).padStart(2 * length, "0"), "hex");
}

export function decoded(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

/** x^-1 modulo n, which must be prime to it. */
export function inverse(x: bigint, n: bigint): bigint {
  let [r, next, a, b] = [n, x % n, 0n, 1n];
  while (next > 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [a, b] = [b, a - quotient * b];
  }
  return ((a % n) + n) % n;
}

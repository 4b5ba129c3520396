import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Point } from "./p256-arithmetic";

/** P-256 in build/crypto-test.wasm: ours, and BearSSL's two implementations. */

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  data(): number;
  p256_mulgen(which: number, xlen: number): number;
  p256_mul(which: number, length: number, xlen: number): number;
  p256_muladd(which: number, generator: number, xlen: number, ylen: number): number;
  p256_sign(which: number, hash: number, xlen: number): number;
}

const file = new URL("../../build/crypto-test.wasm", import.meta.url);
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {});
const exports = instance.exports as unknown as Exports;
exports._initialize();

const [A, B, X, Y] = [0, 256, 512, 768];

export const implementations = { ours: 0, m31: 1, i31: 2 } as const;
export type Implementation = keyof typeof implementations;

function put(offset: number, bytes: Uint8Array): void {
  new Uint8Array(exports.memory.buffer, exports.data() + offset, bytes.length).set(bytes);
}

function hexAt(offset: number, length: number): string {
  return Buffer.from(exports.memory.buffer, exports.data() + offset, length).toString("hex");
}

/** x * G; "" if it was refused. */
export function mulgen(which: Implementation, x: Uint8Array): string {
  put(X, x);
  return hexAt(A, exports.p256_mulgen(implementations[which], x.length));
}

/** x * P; null if it was refused. */
export function mul(which: Implementation, P: Uint8Array, x: Uint8Array): string | null {
  put(A, P);
  put(X, x);
  return exports.p256_mul(implementations[which], P.length, x.length) ? hexAt(A, 65) : null;
}

/** x * P + y * Q, or x * P + y * G; null if it was refused. */
export function muladd(
  which: Implementation,
  terms: { P: Uint8Array; x: Uint8Array; Q?: Uint8Array; y: Uint8Array },
): string | null {
  put(A, terms.P);
  if (terms.Q) put(B, terms.Q);
  put(X, terms.x);
  put(Y, terms.y);
  const generator = terms.Q === undefined ? 1 : 0;
  const { x, y } = terms;
  const good = exports.p256_muladd(implementations[which], generator, x.length, y.length);
  return good ? hexAt(A, 65) : null;
}

/** BearSSL's identifiers. */
export const hashes = { sha1: 2, sha224: 3, sha256: 4, sha384: 5, sha512: 6 } as const;

/** A signature in ASN.1, by the key `x`; "" if it was refused. */
export function sign(
  which: Implementation,
  input: { hash: keyof typeof hashes; value: Uint8Array; x: Uint8Array },
): string {
  put(B, input.value);
  put(X, input.x);
  return hexAt(A, exports.p256_sign(implementations[which], hashes[input.hash], input.x.length));
}

/** Big-endian. */
export function bytes(k: bigint, length = 32): Uint8Array {
  return Buffer.from(k.toString(16).padStart(2 * length, "0"), "hex");
}

/** Uncompressed. */
export function encoded(P: Point): Uint8Array {
  if (P === null) throw new Error("infinity has no encoding");
  return Buffer.concat([Uint8Array.of(4), bytes(P.x), bytes(P.y)]);
}

/** The same bytes for the same name, on every run. */
export function noise(name: string, length = 32): Uint8Array {
  return createHash("sha512").update(name).digest().subarray(0, length);
}

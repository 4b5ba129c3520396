import { type Buffers, instance, at as view } from "./module";

/** RSA-PSS in build/crypto-test.wasm. */

interface Exports {
  pss_verify(length: number, n: number, e: number, hash: number): number;
  pss_encode(bits: number, hash: number): number;
}

const exports: Buffers & Exports = instance<Exports>();
const PART = 1024;

function put(index: number, bytes: Uint8Array): void {
  view(exports, exports.data() + index * PART, bytes.length).set(bytes);
}

export interface PssPublicKey {
  readonly n: Uint8Array;
  readonly e: Uint8Array;
}

/** Is that a signature of the hash value? Its length tells which hash function made it. */
export function pssVerify(key: PssPublicKey, hash: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length > PART) throw new RangeError("longer than any signature");
  put(0, signature);
  put(6, hash);
  put(7, key.n);
  put(8, key.e);
  return exports.pss_verify(signature.length, key.n.length, key.e.length, hash.length) === 1;
}

/** EMSA-PSS-ENCODE; null when it doesn't fit. */
export function pssEncode(bits: number, hash: Uint8Array, salt: Uint8Array): Buffer | null {
  put(6, hash);
  put(7, salt);
  if (exports.pss_encode(bits, hash.length) === 0) return null;
  return Buffer.from(view(exports, exports.data(), Math.ceil(bits / 8)));
}

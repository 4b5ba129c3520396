import { createHash } from "node:crypto";
import { at, type Buffers, instance, unhex } from "../crypto/module.ts";

/** test/crypto/exports-vectors.c: what both modules are made of, one call a case. */

interface Exports {
  ecdsa_verify(curve: number, key: number, signature: number, hash: number): number;
  ecdh(curve: number, point: number, scalar: number): number;
  rsa_pkcs1_verify(n: number, e: number, signature: number, hash: number): number;
  rsa_pss_verify(n: number, e: number, signature: number, hash: number): number;
  hmac(hash: number, key: number, length: number): void;
  hkdf(hash: number, salt: number, ikm: number, info: number, out: number): number;
  gcm_run(encrypt: number, key: number, iv: number, aad: number, length: number): void;
  ccm_run(
    ...lengths: [encrypt: number, key: number, iv: number, aad: number, len: number, tag: number]
  ): number;
  chacha20_poly1305_run(encrypt: number, aad: number, length: number): void;
}

const exports: Buffers & Exports = instance<Exports>();
const PART = 8192;
const [FIRST, SECOND, THIRD, MESSAGE] = [0, PART, 2 * PART, 3 * PART];

/** BearSSL's numbers of curves are those of TLS. */
export const CURVES: Record<string, { id: number; bytes: number }> = {
  secp256r1: { id: 23, bytes: 32 },
  secp384r1: { id: 24, bytes: 48 },
  secp521r1: { id: 25, bytes: 66 },
  curve25519: { id: 29, bytes: 32 },
};

function put(offset: number, bytes: Uint8Array): number {
  at(exports, exports.data() + offset, bytes.length).set(bytes);
  return bytes.length;
}

function get(offset: number, length: number): string {
  return Buffer.from(at(exports, exports.data() + offset, length)).toString("hex");
}

function hashed(name: string, message: string): Uint8Array {
  return createHash(name.replace("-", "")).update(unhex(message)).digest();
}

interface Signature {
  hash: string;
  message: string;
  signature: string;
}

export function ecdsaVerifies(curve: string, key: string, of: Signature): boolean {
  const lengths = [
    put(FIRST, unhex(key)),
    put(SECOND, unhex(of.signature)),
    put(THIRD, hashed(of.hash, of.message)),
  ] as const;
  return exports.ecdsa_verify(CURVES[curve]?.id ?? 0, ...lengths) === 1;
}

export interface RsaKey {
  /** Hexadecimal. */
  modulus: string;
  publicExponent: string;
}

export function rsaVerifies(padding: "pkcs1" | "pss", key: RsaKey, of: Signature): boolean {
  const { modulus: n, publicExponent: e } = key;
  const lengths = [
    put(FIRST, unhex(n)),
    put(FIRST + PART / 2, unhex(e)),
    put(SECOND, unhex(of.signature)),
    put(THIRD, hashed(of.hash, of.message)),
  ] as const;
  return exports[`rsa_${padding}_verify`](...lengths) === 1;
}

/** The shared X coordinate; null if the point was refused. */
export function ecdh(curve: string, point: Uint8Array, scalar: Uint8Array): string | null {
  const { id, bytes } = CURVES[curve] ?? { id: 0, bytes: 0 };
  const found = exports.ecdh(id, put(FIRST, point), put(SECOND, scalar));
  return found === 0 ? null : get(FIRST + found - 1, bytes);
}

/** What is where `ecdh` takes its point from, in hexadecimal. */
export function pointRoom(length: number): string {
  return get(FIRST, length);
}

export function hmac(hash: number, key: string, message: string): string {
  exports.hmac(hash, put(SECOND, unhex(key)), put(MESSAGE, unhex(message)));
  return get(FIRST, hash);
}

export function hkdf(
  hash: number,
  from: { salt: string; ikm: string; info: string },
  length: number,
): string {
  const lengths = [
    put(SECOND, unhex(from.salt)),
    put(THIRD, unhex(from.ikm)),
    put(MESSAGE, unhex(from.info)),
  ] as const;
  return get(FIRST, exports.hkdf(hash, ...lengths, length));
}

export type Cipher = "gcm" | "ccm" | "chacha20-poly1305";

export interface Sealing {
  key: string;
  iv: string;
  aad: string;
  tagBytes: number;
}

/** The other text, and the tag; null if the cipher has no such lengths. */
export function seal(
  cipher: Cipher,
  { key, iv, aad, tagBytes }: Sealing,
  direction: { encrypt: boolean; text: string },
): { text: string; tag: string } | null {
  const encrypt = direction.encrypt ? 1 : 0;
  const [k, i, a] = [put(FIRST, unhex(key)), put(SECOND, unhex(iv)), put(THIRD, unhex(aad))];
  const length = put(MESSAGE, unhex(direction.text));
  if (cipher === "gcm") exports.gcm_run(encrypt, k, i, a, length);
  else if (cipher === "chacha20-poly1305") exports.chacha20_poly1305_run(encrypt, a, length);
  else if (exports.ccm_run(encrypt, k, i, a, length, tagBytes) === 0) return null;
  const tag = Buffer.from(at(exports, exports.mac(), tagBytes)).toString("hex");
  return { text: get(MESSAGE, length), tag };
}

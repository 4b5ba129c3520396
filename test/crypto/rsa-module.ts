import { createPrivateKey, type KeyObject } from "node:crypto";
import { at, type Buffers, instance } from "./module";

/** RSA in build/crypto-test.wasm: ours, and BearSSL's. */

interface Exports {
  rsa_key(bits: number, p: number, q: number, dp: number, dq: number, iq: number): void;
  rsa_private(which: number): number;
}

const exports: Buffers & Exports = instance<Exports>();
const PART = 1024;

/** What BearSSL takes of a key, big-endian, and how long its modulus is. */
export interface RsaKey {
  bits: number;
  p: Uint8Array;
  q: Uint8Array;
  dp: Uint8Array;
  dq: Uint8Array;
  iq: Uint8Array;
}

export function rsaKey(key: KeyObject | string): RsaKey {
  const object = typeof key === "string" ? createPrivateKey(key) : key;
  const { p, q, dp, dq, qi } = object.export({ format: "jwk" });
  const bytes = (text = "") => Buffer.from(text, "base64url");
  const bits = object.asymmetricKeyDetails?.modulusLength ?? 0;
  return { bits, p: bytes(p), q: bytes(q), dp: bytes(dp), dq: bytes(dq), iq: bytes(qi) };
}

function put(index: number, bytes: Uint8Array): void {
  at(exports, exports.data() + index * PART, bytes.length).set(bytes);
}

export const implementations = { ours: 0, i31: 1 } as const;
export type Implementation = keyof typeof implementations;

/** A function that raises messages as long as the modulus; null if it refuses one. */
export function operation(which: Implementation, key: RsaKey) {
  const parts = [key.p, key.q, key.dp, key.dq, key.iq];
  return (message: Uint8Array): Buffer | null => {
    for (const [i, part] of parts.entries()) put(i + 1, part);
    const [p = 0, q = 0, dp = 0, dq = 0, iq = 0] = parts.map((part) => part.length);
    exports.rsa_key(key.bits, p, q, dp, dq, iq);
    put(0, message);
    const good = exports.rsa_private(implementations[which]);
    return good ? Buffer.from(at(exports, exports.data(), (key.bits + 7) >> 3)) : null;
  };
}

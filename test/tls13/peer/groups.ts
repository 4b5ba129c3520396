import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { GROUP } from "./numbers.ts";

/** A client's part of a key exchange: what it shows, and what comes of the server's answer. */
export interface Share {
  readonly group: number;
  readonly shown: Buffer;
  secret(answer: Buffer): Buffer;
}

/** A server's part: it has seen the client's. */
export interface Answer {
  readonly shown: Buffer;
  readonly secret: Buffer;
}

export function newShare(group: number): Share {
  if (group === GROUP.x25519) return x25519Share(randomBytes(32));
  if (group === GROUP.x25519mlkem768) return hybridShare();
  return curveShare(group);
}

export function answerTo(group: number, shown: Buffer): Answer {
  if (group !== GROUP.x25519mlkem768) {
    const own = newShare(group);
    return { shown: own.shown, secret: own.secret(shown) };
  }
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(shown.subarray(0, ENCAPSULATION_KEY));
  const classic = x25519Share(randomBytes(32));
  return {
    shown: Buffer.concat([cipherText, classic.shown]),
    secret: Buffer.concat([sharedSecret, classic.secret(shown.subarray(ENCAPSULATION_KEY))]),
  };
}

export function x25519Share(privateBytes: Buffer): Share {
  const der = Buffer.concat([X25519_PKCS8, privateBytes]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return {
    group: GROUP.x25519,
    shown: createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32),
    secret: (answer) => diffieHellman({ privateKey, publicKey: x25519Public(answer) }),
  };
}

export function curveShare(group: number, privateBytes?: Buffer): Share {
  const name = CURVES.get(group);
  if (name === undefined) throw new Error(`no group of this peer: ${group}`);
  const ecdh = createECDH(name);
  if (privateBytes === undefined) ecdh.generateKeys();
  else ecdh.setPrivateKey(privateBytes);
  return { group, shown: ecdh.getPublicKey(), secret: (answer) => ecdh.computeSecret(answer) };
}

/** ML-KEM's part comes first, in shares and in the secret (RFC 10024). */
function hybridShare(): Share {
  const { publicKey, secretKey } = ml_kem768.keygen();
  const classic = x25519Share(randomBytes(32));
  return {
    group: GROUP.x25519mlkem768,
    shown: Buffer.concat([publicKey, classic.shown]),
    secret: (answer) =>
      Buffer.concat([
        ml_kem768.decapsulate(answer.subarray(0, CIPHERTEXT), secretKey),
        classic.secret(answer.subarray(CIPHERTEXT)),
      ]),
  };
}

function x25519Public(bytes: Buffer): KeyObject {
  const der = Buffer.concat([X25519_SPKI, bytes]);
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

const ENCAPSULATION_KEY = 1184;
const CIPHERTEXT = 1088;

const X25519_PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const X25519_SPKI = Buffer.from("302a300506032b656e032100", "hex");

const CURVES = new Map<number, string>([
  [GROUP.secp256r1, "prime256v1"],
  [GROUP.secp384r1, "secp384r1"],
  [GROUP.secp521r1, "secp521r1"],
]);

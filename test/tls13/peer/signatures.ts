import { constants, type KeyObject, sign, verify, X509Certificate } from "node:crypto";
import { SCHEME } from "./numbers.ts";

export type Side = "client" | "server";

/** What a CertificateVerify signs (RFC 8446, 4.4.3). */
export function signedContent(side: Side, transcript: Uint8Array): Buffer {
  const context = `TLS 1.3, ${side} CertificateVerify`;
  return Buffer.concat([Buffer.alloc(64, " "), Buffer.from(context), Buffer.of(0), transcript]);
}

export function signature(scheme: number, key: KeyObject, content: Uint8Array): Buffer {
  const { hash, ...padding } = algorithm(scheme);
  return sign(hash, content, { key, ...padding });
}

export interface Proof {
  scheme: number;
  certificate: Buffer;
  content: Uint8Array;
  signature: Buffer;
}

export function isGenuine(proof: Proof): boolean {
  const { hash, ...padding } = algorithm(proof.scheme);
  const key = new X509Certificate(proof.certificate).publicKey;
  return verify(hash, proof.content, { key, ...padding }, proof.signature);
}

/** The scheme that fits a key. */
export function schemeOf(key: KeyObject): number {
  if (key.asymmetricKeyType === "rsa") return SCHEME.rsaPssRsaeSha256;
  const found = ECDSA.get(key.asymmetricKeyDetails?.namedCurve ?? "");
  if (found === undefined) throw new Error("no scheme fits this key");
  return found;
}

const ECDSA = new Map<string, number>([
  ["prime256v1", SCHEME.ecdsaSecp256r1Sha256],
  ["secp384r1", SCHEME.ecdsaSecp384r1Sha384],
  ["secp521r1", SCHEME.ecdsaSecp521r1Sha512],
]);

interface Algorithm {
  hash: string;
  padding?: number;
  saltLength?: number;
}

/** The upper byte of a scheme is its hash, but for RSA-PSS, where the lower one is. */
function algorithm(scheme: number): Algorithm {
  const hashes = ["sha1", "", "sha256", "sha384", "sha512"];
  if (scheme >> 8 !== PSS) return { hash: hashes[(scheme >> 8) - 2] ?? "" };
  return {
    hash: hashes[(scheme & 0xff) - 2] ?? "",
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
}

const PSS = 8;

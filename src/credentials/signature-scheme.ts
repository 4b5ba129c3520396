/** How a key is asked to sign in TLS 1.3: the registry's name of it (RFC 8446, 4.2.3). */
export type SignatureScheme =
  | "ecdsa_secp256r1_sha256"
  | "ecdsa_secp384r1_sha384"
  | "ecdsa_secp521r1_sha512"
  | "rsa_pss_rsae_sha256"
  | "rsa_pss_rsae_sha384"
  | "rsa_pss_rsae_sha512";

/** What there is to know of a scheme. */
export interface SchemeFacts {
  readonly id: number;
  readonly name: SignatureScheme;
  /** As WebCrypto calls it. */
  readonly hash: string;
  /** Bytes of r and of s; null for RSA. */
  readonly scalar: number | null;
}

const SCHEMES: readonly SchemeFacts[] = [
  { id: 0x0403, name: "ecdsa_secp256r1_sha256", hash: "SHA-256", scalar: 32 },
  { id: 0x0503, name: "ecdsa_secp384r1_sha384", hash: "SHA-384", scalar: 48 },
  { id: 0x0603, name: "ecdsa_secp521r1_sha512", hash: "SHA-512", scalar: 66 },
  { id: 0x0804, name: "rsa_pss_rsae_sha256", hash: "SHA-256", scalar: null },
  { id: 0x0805, name: "rsa_pss_rsae_sha384", hash: "SHA-384", scalar: null },
  { id: 0x0806, name: "rsa_pss_rsae_sha512", hash: "SHA-512", scalar: null },
];

/** @returns null for a number that none of ours has */
export function schemeNumbered(id: number): SchemeFacts | null {
  return SCHEMES.find((scheme) => scheme.id === id) ?? null;
}

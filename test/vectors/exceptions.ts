/** Where the modules don't do what a case of Wycheproof's says, and why that is as it should be. */
export interface Exception {
  /** Wycheproof's names; in each of these files so many cases. */
  files: readonly string[];
  cases: number;
  found: "accepted" | "refused" | "inexpressible";
  flag?: string;
  comment?: RegExp;
  why: string;
}

const LAX_DER =
  "BearSSL reads the two integers of an ECDSA signature as BER with any number of leading zeros. " +
  "Who changes them so has another spelling of a signature that was there; TLS and X.509 make " +
  "nothing of a signature's spelling";

const SALT =
  "in TLS 1.3 a salt is as long as the hash value (RFC 8446, 4.2.3), and these have another length";

const P256 = ["ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha512"];
const P384 = ["ecdsa_secp384r1_sha256", "ecdsa_secp384r1_sha384"];

export const EXCEPTIONS: readonly Exception[] = [
  {
    files: [...P256, ...P384],
    cases: 1,
    found: "accepted",
    flag: "MissingZero",
    why: LAX_DER,
  },
  {
    files: ["ecdsa_secp384r1_sha512"],
    cases: 2,
    found: "accepted",
    flag: "MissingZero",
    why: LAX_DER,
  },
  {
    files: [...P256, ...P384, "ecdsa_secp384r1_sha512"],
    cases: 1,
    found: "accepted",
    flag: "BerEncodedSignature",
    why: LAX_DER,
  },
  {
    files: [...P256, ...P384, "ecdsa_secp384r1_sha512", "ecdsa_secp521r1_sha512"],
    cases: 2,
    found: "accepted",
    comment: /^prepending 0's to [rs]$/,
    why: LAX_DER,
  },
  { files: ["rsa_pss_2048_sha256_mgf1_0"], cases: 61, found: "refused", why: SALT },
  { files: ["rsa_pss_4096_sha512_mgf1_32"], cases: 132, found: "refused", why: SALT },
  {
    files: ["rsa_pss_2048_sha256_mgf1_0"],
    cases: 1,
    found: "accepted",
    comment: /^s_len changed to 32$/,
    why: "that is the length that a salt has in TLS 1.3",
  },
  {
    files: ["aes_gcm"],
    cases: 6,
    found: "accepted",
    flag: "ZeroLengthIv",
    why: "nonces of TLS have 12 bytes, which no peer chooses",
  },
  {
    files: ["chacha20_poly1305"],
    cases: 9,
    found: "inexpressible",
    flag: "InvalidNonceSize",
    why: "the function takes 12 bytes and no length",
  },
  {
    files: ["mlkem_768"],
    cases: 20,
    found: "inexpressible",
    comment: /^Private key too (short|long)$/,
    why: "a private seed is made by us and never read: the function takes 64 bytes and no length",
  },
  {
    files: ["mlkem_768_semi_expanded_decaps"],
    cases: 2,
    found: "inexpressible",
    flag: "IncorrectCiphertextLength",
    why: "the length of a ciphertext is checked a step before; the set mlkem_768 tests it",
  },
  {
    files: ["mlkem_768_semi_expanded_decaps"],
    cases: 2,
    found: "inexpressible",
    flag: "IncorrectDecapsulationKeyLength",
    why: "no expanded private key is ever read: ours are seeds",
  },
  {
    files: ["mlkem_768_semi_expanded_decaps"],
    cases: 2,
    found: "inexpressible",
    flag: "InvalidDecapsulationKey",
    why: "no expanded private key is ever read: ours are seeds, and what follows from one is whole",
  },
];

import { describe, it } from "vitest";
import { NEEDS_WYCHEPROOF } from "./folder.ts";
import { ecdsaVerifies, type RsaKey, rsaVerifies } from "./primitives.ts";
import { type Case, type Group, judge } from "./wycheproof.ts";

/** Signatures of certificates and handshakes, as Wycheproof judges them. */

interface Signature extends Case {
  msg: string;
  sig: string;
}

interface EcdsaGroup extends Group<Signature> {
  publicKey: { curve: string; uncompressed: string };
  sha: string;
}

interface RsaGroup extends Group<Signature> {
  publicKey: RsaKey;
  sha: string;
}

/** P-384 and P-521 take some 10 ms a signature. */
const PATIENCE_MS = 240_000;

describe("signatures of Wycheproof's vectors", NEEDS_WYCHEPROOF, () => {
  it.each([
    "secp256r1_sha256",
    "secp256r1_sha512",
    "secp384r1_sha256",
    "secp384r1_sha384",
    "secp384r1_sha512",
    "secp521r1_sha512",
  ])("ECDSA with %s", { timeout: PATIENCE_MS }, (name) => {
    judge<EcdsaGroup>(`ecdsa_${name}`, ({ msg: message, sig: signature }, { publicKey, sha }) =>
      ecdsaVerifies(publicKey.curve, publicKey.uncompressed, { hash: sha, message, signature }),
    );
  });

  const sizes = [2048, 3072, 4096];
  const hashes = ["sha256", "sha384", "sha512"];
  it.each(sizes.flatMap((size) => hashes.map((hash) => `${size}_${hash}`)))(
    "RSA PKCS#1 v1.5 with %s",
    { timeout: PATIENCE_MS },
    (name) => {
      judge<RsaGroup>(`rsa_signature_${name}`, ({ msg: message, sig: signature }, group) =>
        rsaVerifies("pkcs1", group.publicKey, { hash: group.sha, message, signature }),
      );
    },
  );

  it.each([
    "2048_sha256_mgf1_0",
    "2048_sha256_mgf1_32",
    "2048_sha384_mgf1_48",
    "3072_sha256_mgf1_32",
    "4096_sha256_mgf1_32",
    "4096_sha384_mgf1_48",
    "4096_sha512_mgf1_32",
    "4096_sha512_mgf1_64",
  ])("RSA-PSS with %s", { timeout: PATIENCE_MS }, (name) => {
    judge<RsaGroup>(`rsa_pss_${name}`, ({ msg: message, sig: signature }, group) =>
      rsaVerifies("pss", group.publicKey, { hash: group.sha, message, signature }),
    );
  });
});

import { describe, it } from "vitest";
import { NEEDS_WYCHEPROOF } from "./folder.ts";
import { type Cipher, hkdf, hmac, seal } from "./primitives.ts";
import { type Case, type Group, judge, type Verdict } from "./wycheproof.ts";

/** Records' ciphers and the derivation of keys, as Wycheproof judges them. */

interface Sealed extends Case {
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
}

interface SealedGroup extends Group<Sealed> {
  ivSize: number;
  tagSize: number;
}

/** A valid case must come out of both directions; of an invalid one, the tag is wrong. */
function opened(cipher: Cipher, one: Sealed, { ivSize, tagSize }: SealedGroup): Verdict {
  if (cipher === "chacha20-poly1305" && ivSize !== 96) return "a nonce of another length";
  const sealing = { key: one.key, iv: one.iv, aad: one.aad, tagBytes: tagSize / 8 };
  const back = seal(cipher, sealing, { encrypt: false, text: one.ct });
  if (back?.tag !== one.tag) return false;
  const there = seal(cipher, sealing, { encrypt: true, text: one.msg });
  return back.text === one.msg && there?.text === one.ct && there.tag === one.tag;
}

interface Derivation extends Case {
  ikm: string;
  salt: string;
  info: string;
  size: number;
  okm: string;
}

interface Mac extends Case {
  key: string;
  msg: string;
  tag: string;
}

interface MacGroup extends Group<Mac> {
  tagSize: number;
}

describe("ciphers and keys of Wycheproof's vectors", NEEDS_WYCHEPROOF, () => {
  it.each([
    { name: "aes_gcm", cipher: "gcm" },
    { name: "aes_ccm", cipher: "ccm" },
    { name: "chacha20_poly1305", cipher: "chacha20-poly1305" },
  ] as const)("$name", ({ name, cipher }) => {
    judge<SealedGroup>(name, (one, group) => opened(cipher, one, group));
  });

  it.each([256, 384])("HMAC with SHA-%i", (bits) => {
    judge<MacGroup>(
      `hmac_sha${bits}`,
      ({ key, msg, tag }, { tagSize }) => hmac(bits / 8, key, msg).slice(0, tagSize / 4) === tag,
    );
  });

  it.each([256, 384])("HKDF with SHA-%i", (bits) => {
    judge<Group<Derivation>>(`hkdf_sha${bits}`, (one) => hkdf(bits / 8, one, one.size) === one.okm);
  });
});

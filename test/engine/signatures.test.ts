import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  publicDecrypt,
  verify,
} from "node:crypto";
import { describe, expect, test } from "vitest";
import { SandboxTrap } from "../../src/sandbox/instance.ts";
import { Authority, derCertificate, newKey } from "../support/certificates.ts";
import { integer, sequence } from "./der.ts";
import { isBlank, loadKey, mailboxOf, newKeeper } from "./instances.ts";

/** What the keeper signs, verified by OpenSSL. */

/** BearSSL's identifiers of hash functions (bearssl_hash.h). */
const HASHES = { sha1: 2, sha224: 3, sha256: 4, sha384: 5, sha512: 6 } as const;
const MD5_AND_SHA1 = 0;
const MESSAGE = Buffer.from("what the handshake said so far");

const keys: Record<string, KeyObject> = {
  "RSA-1024": generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey,
  "RSA-2048": newKey("RSA-2048"),
  "RSA-4096": newKey("RSA-4096"),
  "P-256": newKey("P-256"),
  "P-384": newKey("P-384"),
  "P-521": newKey("P-521"),
};

function load(key: KeyObject): ReturnType<typeof loadKey> {
  return loadKey(key.export({ type: "pkcs8", format: "der" }));
}

function digest(hash: string): Buffer {
  return createHash(hash).update(MESSAGE).digest();
}

function md5AndSha1(): Buffer {
  return Buffer.concat([digest("md5"), digest("sha1")]);
}

describe.each(Object.entries(keys))("a key of %s", (kind, key) => {
  const loaded = load(key);

  test.each(Object.entries(HASHES))("signs a hash value of %s", (name, id) => {
    const room = new Uint8Array(600);
    const signature = room.subarray(0, loaded.sign(id, digest(name), room));
    expect(verify(name, MESSAGE, key, signature)).toBe(true);
    expect(verify(name, Buffer.from("something else"), key, signature)).toBe(false);
  });

  test("signs MD5 and SHA-1 together for TLS before 1.2, if it is RSA", () => {
    const room = new Uint8Array(600);
    const length = loaded.sign(MD5_AND_SHA1, md5AndSha1(), room);
    if (kind.startsWith("P-")) {
      expect(length).toBe(0);
      return;
    }
    const padded = { key: createPublicKey(key), padding: constants.RSA_PKCS1_PADDING };
    expect(publicDecrypt(padded, room.subarray(0, length))).toEqual(md5AndSha1());
  });

  test("signs the same value the same way each time: no randomness is needed", () => {
    const sign = () => {
      const room = new Uint8Array(600);
      return Buffer.from(room.subarray(0, loaded.sign(HASHES.sha256, digest("sha256"), room)));
    };
    expect(sign()).toEqual(sign());
  });

  test.each([1, 7, 255, 0x7fffffff, -1])("signs nothing for the unknown hash %i", (id) => {
    expect(loaded.sign(id, digest("sha256"), new Uint8Array(600))).toBe(0);
  });

  test("signs nothing when the value's length is not the hash function's", () => {
    for (const length of [0, 1, 31, 33, 64, 1000]) {
      expect(loaded.sign(HASHES.sha256, new Uint8Array(length), new Uint8Array(600))).toBe(0);
    }
  });

  test("gives nothing, not a part, where the signature has no room", () => {
    const room = new Uint8Array(20);
    expect(loaded.sign(HASHES.sha256, digest("sha256"), room)).toBe(0);
    expect(isBlank(room)).toBe(true);
  });
});

describe("an RSA key of 512 bits", () => {
  const key = generateKeyPairSync("rsa", { modulusLength: 512 }).privateKey;

  test("signs what fits, and nothing longer", () => {
    const loaded = load(key);
    const room = new Uint8Array(600);
    const signature = room.subarray(0, loaded.sign(HASHES.sha1, digest("sha1"), room));
    expect(verify("sha1", MESSAGE, key, signature)).toBe(true);
    expect(loaded.sign(HASHES.sha512, digest("sha512"), room)).toBe(0);
  });
});

describe("a damaged RSA key", () => {
  const { certFile, key } = Authority.root().issue({ kind: "RSA-2048" });
  const SIGNATURE_BYTES = 256;
  const parts = ["n", "e", "d", "p", "q", "dp", "dq", "qi"] as const;

  /** The key with one bit of one of its numbers turned over. */
  function damaged(part: (typeof parts)[number]): Buffer {
    const jwk = key.export({ format: "jwk" });
    const numbers = parts.map((name) => {
      const bytes = Buffer.from(jwk[name] ?? "", "base64url");
      if (name === part) bytes.writeUInt8(bytes.readUInt8(20) ^ 4, 20);
      return integer(bytes);
    });
    return sequence(integer(Buffer.of(0)), ...numbers);
  }

  test.each(["dp", "dq", "qi"] as const)("in %s signs nothing that gives a factor away", (part) => {
    const keeper = newKeeper();
    const loaded = loadKey(damaged(part), keeper);
    loaded.match(derCertificate(certFile));
    const room = new Uint8Array(600);
    expect(loaded.sign(HASHES.sha256, digest("sha256"), room)).toBe(0);
    expect(isBlank(room)).toBe(true);
    // Nor is the faulty signature left in the keeper, for the next call that asks for something.
    expect(isBlank(mailboxOf(keeper).subarray(0, SIGNATURE_BYTES))).toBe(true);
  });

  test.each(["p", "q"] as const)("in %s doesn't belong to its certificate", (part) => {
    const loaded = loadKey(damaged(part));
    expect(() => loaded.match(derCertificate(certFile))).toThrow("doesn't belong");
  });
});

describe("the keeper", () => {
  test("traps on a key that it never gave", () => {
    const keeper = newKeeper();
    const room = new Uint8Array(600);
    expect(() => keeper.sign(0, HASHES.sha256, digest("sha256"), room)).toThrow(SandboxTrap);
    loadKey((keys["P-256"] as KeyObject).export({ type: "pkcs8", format: "der" }), keeper);
    for (const handle of [1, -1, 0x7fffffff]) {
      const sign = () => keeper.sign(handle, HASHES.sha256, digest("sha256"), room);
      expect(sign).toThrow(SandboxTrap);
      expect(() => keeper.decrypt(handle, room)).toThrow(SandboxTrap);
      expect(() => keeper.match(handle, room)).toThrow(SandboxTrap);
    }
    expect(keeper.sign(0, HASHES.sha256, digest("sha256"), room)).toBeGreaterThan(60);
  });
});

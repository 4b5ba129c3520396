import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  verify,
} from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Attestation, Role } from "../../src/sandbox/key-operations.ts";
import { Authority, type Credentials, derCertificate } from "../support/certificates.ts";
import { integer, sequence } from "./der.ts";
import { loadKey, newKeeper } from "./instances.ts";

/** CertificateVerify of TLS 1.3 (RFC 8446, 4.4.3) by the keeper, verified by OpenSSL. */

interface Scheme {
  readonly number: number;
  readonly hash: string;
  readonly fits: (kind: string) => boolean;
}

const SCHEMES: Record<string, Scheme> = {
  ecdsa_secp256r1_sha256: { number: 0x0403, hash: "sha256", fits: (kind) => kind === "P-256" },
  ecdsa_secp384r1_sha384: { number: 0x0503, hash: "sha384", fits: (kind) => kind === "P-384" },
  ecdsa_secp521r1_sha512: { number: 0x0603, hash: "sha512", fits: (kind) => kind === "P-521" },
  rsa_pss_rsae_sha256: { number: 0x0804, hash: "sha256", fits: isRsa },
  rsa_pss_rsae_sha384: { number: 0x0805, hash: "sha384", fits: isRsa },
  rsa_pss_rsae_sha512: {
    number: 0x0806,
    hash: "sha512",
    fits: (kind) => isRsa(kind) && kind !== "RSA-1024",
  },
};

/** What the keeper must know nothing of: PKCS#1 v1.5, SHA-1, rsa_pss_pss, Ed25519, and noise. */
const OTHER_SCHEMES = [0, 0x0201, 0x0203, 0x0401, 0x0501, 0x0601, 0x0809, 0x0807, 0xffff, -1];

const ROLES = ["server", "client"] as const;

function isRsa(kind: string): boolean {
  return kind.startsWith("RSA");
}

function rsa(modulusLength: number): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength }).privateKey;
}

const authority = Authority.root();
const pairs: Record<string, Credentials> = {
  "RSA-1024": authority.issue({ key: rsa(1024) }),
  "RSA-2048": authority.issue({ kind: "RSA-2048" }),
  "RSA-2049": authority.issue({ key: rsa(2049) }),
  "RSA-3072": authority.issue({ key: rsa(3072) }),
  "RSA-4096": authority.issue({ kind: "RSA-4096" }),
  "P-256": authority.issue({ kind: "P-256" }),
  "P-384": authority.issue({ kind: "P-384" }),
  "P-521": authority.issue({ kind: "P-521" }),
};

function load({ key, certFile }: Credentials, keeper = newKeeper()) {
  const loaded = loadKey(key.export({ type: "pkcs8", format: "der" }), keeper);
  loaded.match(derCertificate(certFile));
  return loaded;
}

/** RFC 8446, 4.4.3. */
function content(role: Role, transcript: Uint8Array): Buffer {
  const context = `${" ".repeat(64)}TLS 1.3, ${role} CertificateVerify\0`;
  return Buffer.concat([Buffer.from(context, "latin1"), transcript]);
}

function isGood(key: KeyObject, { hash }: Scheme, signed: Buffer, signature: Uint8Array): boolean {
  if (key.asymmetricKeyType !== "rsa") return verify(hash, signed, key, signature);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return verify(hash, signed, { key, padding, saltLength }, signature);
}

describe.each(Object.entries(pairs))("a key of %s", (kind, pair) => {
  const loaded = load(pair);
  const { key } = pair;
  const transcript = createHash("sha256").update(kind).digest();
  const attest = (request: Partial<Attestation>): Uint8Array =>
    loaded.attest({ role: "server", scheme: 0, transcript, ...request });

  test.each(Object.entries(SCHEMES))("signs with %s if that is its own", (_name, scheme) => {
    for (const role of ROLES) {
      for (const transcript of [randomBytes(32), randomBytes(48)]) {
        const signature = attest({ role, scheme: scheme.number, transcript });
        if (!scheme.fits(kind)) {
          expect(signature).toHaveLength(0);
          continue;
        }
        expect(isGood(key, scheme, content(role, transcript), signature)).toBe(true);
        const other = role === "server" ? "client" : "server";
        expect(isGood(key, scheme, content(other, transcript), signature)).toBe(false);
        expect(isGood(key, scheme, transcript, signature)).toBe(false);
      }
    }
  });

  const own = Object.values(SCHEMES).find(({ fits }) => fits(kind)) as Scheme;

  test("signs the same twice, and something else as differently as can be", () => {
    const once = attest({ scheme: own.number });
    expect(attest({ scheme: own.number })).toEqual(once);
    const changed = Buffer.from(transcript);
    changed.writeUInt8(changed.readUInt8(0) ^ 1, 0);
    expect(attest({ scheme: own.number, transcript: changed })).not.toEqual(once);
    expect(attest({ scheme: own.number, role: "client" })).not.toEqual(once);
  });

  test.each(OTHER_SCHEMES)("signs nothing with the scheme %i", (scheme) => {
    expect(attest({ scheme })).toHaveLength(0);
  });

  test("signs nothing that is no transcript hash of TLS 1.3", () => {
    for (const length of [0, 1, 20, 31, 33, 47, 49, 64, 1000]) {
      const transcript = new Uint8Array(length);
      expect(attest({ scheme: own.number, transcript }), `${length}`).toHaveLength(0);
    }
  });
});

describe("an RSA key", () => {
  const pair = pairs["RSA-2048"] as Credentials;
  const request: Attestation = { role: "server", scheme: 0x0804, transcript: Buffer.alloc(32) };

  test("whose certificate was not seen signs nothing: a fault would not be noticed", () => {
    const loaded = loadKey(pair.key.export({ type: "pkcs8", format: "der" }));
    expect(loaded.attest(request)).toHaveLength(0);
    loaded.match(derCertificate(pair.certFile));
    expect(loaded.attest(request)).toHaveLength(256);
  });

  const parts = ["n", "e", "d", "p", "q", "dp", "dq", "qi"] as const;

  test.each(["dp", "dq", "qi"] as const)("damaged in %s gives no factor away", (part) => {
    const jwk = pair.key.export({ format: "jwk" });
    const numbers = parts.map((name) => {
      const bytes = Buffer.from(jwk[name] ?? "", "base64url");
      if (name === part) bytes.writeUInt8(bytes.readUInt8(20) ^ 4, 20);
      return integer(bytes);
    });
    const keeper = newKeeper();
    const loaded = loadKey(sequence(integer(Buffer.of(0)), ...numbers), keeper);
    loaded.match(derCertificate(pair.certFile));
    expect(loaded.attest(request)).toHaveLength(0);
  });

  test("has two salts for two messages, and none of them is zeros", () => {
    const loaded = load(pair);
    const signatures = [0, 1].map((byte) =>
      Buffer.from(loaded.attest({ ...request, transcript: Buffer.alloc(32, byte) })),
    );
    const [one, other] = signatures.map((signature) => saltOf(pair.key, signature));
    expect(one).not.toEqual(other);
    expect(one).not.toEqual(Buffer.alloc(32));
  });
});

/** MGF1's mask taken off again (RFC 8017, 9.1.2). */
function saltOf(key: KeyObject, signature: Buffer): Buffer {
  const { n = "" } = key.export({ format: "jwk" });
  const modulus = BigInt(`0x${Buffer.from(n, "base64url").toString("hex")}`);
  let power = 1n;
  const base = BigInt(`0x${signature.toString("hex")}`);
  for (const bit of (65537).toString(2)) {
    power = (power * power) % modulus;
    if (bit === "1") power = (power * base) % modulus;
  }
  const em = Buffer.from(power.toString(16).padStart(2 * signature.length, "0"), "hex");
  const h = em.subarray(-33, -1);
  const masked = em.subarray(0, -33);
  const mask: Buffer[] = [];
  for (let counter = 0; counter * 32 < masked.length; counter++) {
    const suffix = Buffer.of(0, 0, 0, counter);
    mask.push(createHash("sha256").update(h).update(suffix).digest());
  }
  const all = Buffer.concat(mask);
  return Buffer.from(masked.map((byte, at) => byte ^ (all[at] ?? 0))).subarray(-32);
}

import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { KeeperError } from "../../src/sandbox/keeper-refusals.ts";
import { Authority, type Credentials, derCertificate, newKey } from "../support/certificates.ts";
import { loadKey, newKeeper } from "./instances.ts";
import { lyingKey } from "./lying-key.ts";

/** Does a key belong to a certificate? */

const OTHER_KEY = "the private key doesn't belong to the certificate";
const BAD_CERTIFICATE = "the certificate can't be decoded";

const authority = Authority.root();
const pairs: Record<string, Credentials> = {
  "RSA-2048": authority.issue({ kind: "RSA-2048" }),
  "RSA-3072": authority.issue({ key: rsa(3072) }),
  "P-256": authority.issue({ kind: "P-256" }),
  "P-384": authority.issue({ kind: "P-384" }),
  "P-521": authority.issue({ kind: "P-521" }),
};
const certificates = new Map(
  Object.entries(pairs).map(([kind, { certFile }]) => [kind, derCertificate(certFile)]),
);
const kinds = Object.keys(pairs);

function rsa(modulusLength: number): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength }).privateKey;
}

function load(kind: string): ReturnType<typeof loadKey> {
  return loadKey((pairs[kind] as Credentials).key.export({ type: "pkcs8", format: "der" }));
}

function certificateOf(kind: string): Uint8Array {
  return certificates.get(kind) as Uint8Array;
}

describe.each(kinds)("a key of %s", (kind) => {
  test("belongs to its certificate", () => {
    expect(() => load(kind).match(certificateOf(kind))).not.toThrow();
  });

  test.each(kinds.filter((other) => other !== kind))("doesn't belong to one of %s", (other) => {
    expect(() => load(kind).match(certificateOf(other))).toThrow(OTHER_KEY);
  });

  test("doesn't belong to the certificate of another key of its kind", () => {
    const other = kind.startsWith("RSA") ? rsa(Number(kind.slice(4))) : newKey(curveOf(kind));
    const file = other.export({ type: "pkcs8", format: "der" });
    expect(() => loadKey(file).match(certificateOf(kind))).toThrow(OTHER_KEY);
  });
});

function curveOf(kind: string): "P-256" | "P-384" | "P-521" {
  return kind as "P-256" | "P-384" | "P-521";
}

describe("an EC key file", () => {
  test.each(["P-256", "P-384", "P-521"])("of %s need not tell its public half", (kind) => {
    const file = execFileSync("openssl", ["ec", "-no_public", "-outform", "DER"], {
      input: (pairs[kind] as Credentials).key.export({ type: "sec1", format: "pem" }),
      stdio: ["pipe", "pipe", "ignore"],
    });
    expect(() => loadKey(file).match(certificateOf(kind))).not.toThrow();
    expect(() => loadKey(file).match(certificateOf("RSA-2048"))).toThrow(OTHER_KEY);
  });

  test("that tells another's public half is refused where that is what the certificate says", () => {
    const file = lyingKey(newKey("P-256"), (pairs["P-256"] as Credentials).key);
    expect(() => loadKey(file).match(certificateOf("P-256"))).toThrow(OTHER_KEY);
  });
});

describe("a certificate", () => {
  test("that can't be decoded is refused for that", () => {
    const key = load("P-256");
    expect(() => key.match(Buffer.alloc(0))).toThrow(BAD_CERTIFICATE);
    expect(() => key.match(randomBytes(500))).toThrow(BAD_CERTIFICATE);
  });

  test("is refused or decoded at every length, and never traps", () => {
    const key = load("P-256");
    const whole = certificateOf("P-256");
    for (let length = 0; length < whole.length; length++) {
      try {
        key.match(whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(KeeperError);
      }
    }
    expect(() => key.match(whole)).not.toThrow();
  });

  test("that is longer than the keeper's mailbox never reaches it", () => {
    const keeper = newKeeper();
    const der = (pairs["P-256"] as Credentials).key.export({ type: "pkcs8", format: "der" });
    const key = loadKey(der, keeper);
    expect(() => key.match(new Uint8Array(65537))).toThrow(KeeperError);
    expect(() => key.match(certificateOf("P-256"))).not.toThrow();
  });
});

describe("many keys in one keeper", () => {
  test("don't mix: each belongs to its own certificate only", () => {
    const keeper = newKeeper();
    const keys = kinds.map((kind) => {
      const { key } = pairs[kind] as Credentials;
      return loadKey(key.export({ type: "pkcs8", format: "der" }), keeper);
    });
    const belongs = keys.map((key) => kinds.filter((kind) => matches(key, certificateOf(kind))));
    expect(belongs).toEqual(kinds.map((kind) => [kind]));
  });

  test("are a hundred, more than its first table holds", () => {
    const keeper = newKeeper();
    const first = (pairs["P-256"] as Credentials).key.export({ type: "pkcs8", format: "der" });
    const kept = loadKey(first, keeper);
    const others = Array.from({ length: 99 }, () =>
      loadKey(newKey("P-256").export({ type: "pkcs8", format: "der" }), keeper),
    );
    expect(matches(kept, certificateOf("P-256"))).toBe(true);
    expect(others.some((key) => matches(key, certificateOf("P-256")))).toBe(false);
  });

  test("end with a refusal, not a trap, when the memory is full", () => {
    const keeper = newKeeper();
    const der = (pairs["RSA-3072"] as Credentials).key.export({ type: "pkcs8", format: "der" });
    const fillUp = () => {
      for (let count = 0; count < 20_000; count++) loadKey(der, keeper);
    };
    expect(fillUp).toThrow("out of memory for keys");
  });

  function matches(key: ReturnType<typeof loadKey>, certificate: Uint8Array): boolean {
    try {
      key.match(certificate);
      return true;
    } catch (error) {
      if (error instanceof KeeperError) return false;
      throw error;
    }
  }
});

import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PrivateKey } from "../../src/sandbox/keeper.ts";
import { Authority, newKey } from "../support/certificates.ts";
import { loadKey } from "./instances.ts";

/** Every form in which openssl and its like write a private key. */

const SHA256 = 4;
const DIGEST = createHash("sha256").update("a message").digest();

/** The keeper has this key, and no other: what it signs verifies. */
function expectToBe(loaded: PrivateKey, key: KeyObject): void {
  const room = new Uint8Array(512);
  const signature = room.subarray(0, loaded.sign(SHA256, DIGEST, room));
  expect(verify("sha256", Buffer.from("a message"), key, signature)).toBe(true);
}

function rsa(modulusLength: number): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength }).privateKey;
}

const keys: Record<string, KeyObject> = {
  "RSA-2048": rsa(2048),
  "RSA-3072": rsa(3072),
  "RSA-4096": rsa(4096),
  "P-256": newKey("P-256"),
  "P-384": newKey("P-384"),
  "P-521": newKey("P-521"),
};

const traditional = (key: KeyObject) => (key.asymmetricKeyType === "rsa" ? "pkcs1" : "sec1");

describe.each(Object.entries(keys))("a key file of %s", (_kind, key) => {
  const text = key.export({ type: "pkcs8", format: "pem" }) as string;

  test("in PKCS#8 is loaded from PEM and from DER", () => {
    expectToBe(loadKey(text), key);
    expectToBe(loadKey(key.export({ type: "pkcs8", format: "der" })), key);
  });

  test("in its traditional form (PKCS#1, SEC1) is loaded from PEM and from DER", () => {
    const type = traditional(key);
    expectToBe(loadKey(key.export({ type, format: "pem" })), key);
    expectToBe(loadKey(key.export({ type, format: "der" })), key);
  });

  test("may have the line ends of Windows", () => {
    expectToBe(loadKey(text.replaceAll("\n", "\r\n")), key);
  });

  test("may lack its last newline", () => {
    expectToBe(loadKey(text.trimEnd()), key);
  });

  test("may have text before and after the key", () => {
    expectToBe(loadKey(`Bag Attributes\n  friendlyName: x\n\n${text}\nthe end`), key);
  });

  test("may begin with a byte-order mark, before the key or before text", () => {
    expectToBe(loadKey(`\ufeff${text}`), key);
    expectToBe(loadKey(`\ufeff0 a comment\n${text}`), key);
  });

  test("may have text before it that begins with the digit 0, which begins DER, too", () => {
    expectToBe(loadKey(`0 a comment\n${text}`), key);
  });

  test("may have its whole base64 in one line", () => {
    const [begin, ...lines] = text.trim().split("\n");
    const end = lines.pop();
    expectToBe(loadKey(`${begin}\n${lines.join("")}\n${end}\n`), key);
  });
});

describe("a key file with more than a key in it", () => {
  const credentials = Authority.root().issue();
  const keyText = readFileSync(credentials.keyFile, "utf8");
  const certificate = readFileSync(credentials.certFile, "utf8");

  test("may have the certificate before the key", () => {
    expectToBe(loadKey(certificate + keyText), credentials.key);
  });

  test("may have the certificate after the key", () => {
    expectToBe(loadKey(keyText + certificate), credentials.key);
  });

  test("gives the first key when there are several", () => {
    expectToBe(loadKey(keyText + other("P-384") + other("RSA-2048")), credentials.key);
  });

  test("may begin with the curve's parameters, as openssl ecparam -genkey writes it", () => {
    const file = execFileSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey"], {
      encoding: "utf8",
    });
    expect(file).toMatch(/^-----BEGIN EC PARAMETERS-----/);
    const key = execFileSync("openssl", ["pkey"], { input: file });
    const room = new Uint8Array(512);
    const signature = room.subarray(0, loadKey(file).sign(SHA256, DIGEST, room));
    expect(verify("sha256", Buffer.from("a message"), key, signature)).toBe(true);
  });
});

function other(kind: string): string {
  return (keys[kind] as KeyObject).export({ type: "pkcs8", format: "pem" }) as string;
}

describe("a key whose public half is not in the file", () => {
  test.each(["P-256", "P-384", "P-521"])("of %s is loaded all the same", (kind) => {
    const key = keys[kind] as KeyObject;
    const file = execFileSync("openssl", ["ec", "-no_public", "-outform", "DER"], {
      input: key.export({ type: "sec1", format: "pem" }),
      stdio: ["pipe", "pipe", "ignore"],
    });
    expect(file.length).toBeLessThan(key.export({ type: "sec1", format: "der" }).length);
    expectToBe(loadKey(file), key);
  });
});

import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KeeperError } from "../../src/sandbox/keeper-refusals.ts";
import { Authority, derCertificate, newKey } from "../support/certificates.ts";
import { integer, octets, oid, pem, sequence } from "./der.ts";
import { isBlank, loadKey, mailboxOf, newKeeper } from "./instances.ts";

/** What is no key that we can use, and what is said about it. */

const NO_KEY = "no private key in it";
const CERTIFICATE = "it holds a certificate, not a private key";
const ENCRYPTED =
  "the private key is encrypted; a pass phrase can't be asked for here, so decrypt it first";
const MALFORMED = "the private key is malformed";
const UNSUPPORTED =
  "unsupported private key; RSA and EC keys on P-256, P-384 and P-521 are supported";
const TOO_LARGE = "the RSA key is too large; at most 4096 bits are supported";

const credentials = Authority.root().issue();
const ec = credentials.key;
const rsa = newKey("RSA-2048");

function refusalOf(file: string | Uint8Array): string {
  try {
    loadKey(file);
  } catch (error) {
    expect(error).toBeInstanceOf(KeeperError);
    return (error as KeeperError).message;
  }
  return "loaded";
}

function pkcs8(key: KeyObject): Buffer {
  return key.export({ type: "pkcs8", format: "der" });
}

function encrypted(key: KeyObject, options: { type: "pkcs8" | "sec1"; format: "pem" }): string {
  return key.export({ ...options, cipher: "aes-128-cbc", passphrase: "secret" }) as string;
}

describe("a file without a key", () => {
  test("may be empty", () => {
    expect(refusalOf("")).toBe(NO_KEY);
  });

  test("may be one byte, whatever it is", () => {
    const answers = Array.from({ length: 256 }, (_, byte) => refusalOf(Buffer.of(byte)));
    expect(answers.filter((answer) => answer !== NO_KEY && answer !== MALFORMED)).toEqual([]);
  });

  test("may be text, or binary garbage as long as a file can be", () => {
    expect(refusalOf("Dear Sir or Madam,\n".repeat(100))).toBe(NO_KEY);
    const garbage = Buffer.alloc(65535, "\xff\x00-----BEGIN ", "latin1");
    expect(refusalOf(garbage)).toBe(NO_KEY);
  });

  test("may hold a public key", () => {
    const file = execFileSync("openssl", ["pkey", "-pubout", "-in", credentials.keyFile]);
    expect(refusalOf(file)).toBe(NO_KEY);
  });

  test("may be a certificate, in PEM or DER", () => {
    expect(refusalOf(readFileSync(credentials.certFile))).toBe(CERTIFICATE);
    expect(refusalOf(derCertificate(credentials.certFile))).toBe(CERTIFICATE);
  });
});

describe("an encrypted key", () => {
  test.each([
    ["PKCS#8 in PEM", encrypted(ec, { type: "pkcs8", format: "pem" })],
    ["SEC1 with the headers of old", encrypted(ec, { type: "sec1", format: "pem" })],
    [
      "PKCS#8 in DER",
      ec.export({ type: "pkcs8", format: "der", cipher: "aes-128-cbc", passphrase: "secret" }),
    ],
    ["RSA in PKCS#8", encrypted(rsa, { type: "pkcs8", format: "pem" })],
    [
      "PKCS#8 with the line ends of Windows",
      encrypted(ec, { type: "pkcs8", format: "pem" }).replaceAll("\n", "\r\n"),
    ],
    [
      "SEC1 with the line ends of Windows",
      encrypted(ec, { type: "sec1", format: "pem" }).replaceAll("\n", "\r\n"),
    ],
  ])("is said to be encrypted: %s", (_form, file) => {
    expect(refusalOf(file)).toBe(ENCRYPTED);
  });
});

describe("a key of another kind", () => {
  const curve = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
  const others: [string, KeyObject][] = [
    ["secp256k1", curve("secp256k1")],
    ["P-224", curve("secp224r1")],
    ["brainpoolP256r1", curve("brainpoolP256r1")],
    ["DSA", generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey],
  ];
  const named: [string, KeyObject, RegExp][] = [
    [
      "Ed25519",
      generateKeyPairSync("ed25519").privateKey,
      /Ed25519.*not supported; make one on P-/,
    ],
    ["Ed448", generateKeyPairSync("ed448").privateKey, /Ed448.*not supported; make one on P-256/],
    [
      "X25519",
      generateKeyPairSync("x25519").privateKey,
      /X25519.*not supported; make one on P-256/,
    ],
    ["X448", generateKeyPairSync("x448").privateKey, /X448.*not supported; make one on P-256/],
    [
      "RSA-PSS",
      generateKeyPairSync("rsa-pss", { modulusLength: 1024 }).privateKey,
      /for RSA-PSS alone.*; one made with openssl genrsa/,
    ],
  ];

  test.each(named)("%s is told by its name, in PEM and in DER", (_kind, key, message) => {
    expect(refusalOf(key.export({ type: "pkcs8", format: "pem" }))).toMatch(message);
    expect(refusalOf(pkcs8(key))).toMatch(message);
  });

  test.each(["pkcs8", "sec1"] as const)(
    "explicit parameters of a curve are told, in %s",
    (type) => {
      const key = curve("P-256").export({ type: "pkcs8", format: "pem" });
      const explicit = [
        "ec",
        "-param_enc",
        "explicit",
        ...(type === "pkcs8" ? [] : ["-outform", "DER"]),
      ];
      const sec1 = openssl(explicit, key);
      const file = type === "sec1" ? sec1 : openssl(["pkcs8", "-topk8", "-nocrypt"], sec1);
      expect(refusalOf(file)).toMatch(
        /parameters \(explicit\).*openssl ec -param_enc named_curve$/,
      );
      const form = type === "sec1" ? ["-inform", "DER"] : [];
      expect(refusalOf(openssl(["ec", "-param_enc", "named_curve", ...form], file))).toBe("loaded");
    },
  );

  test("PKCS#12 is told, whatever follows", () => {
    const both = Buffer.concat([
      readFileSync(credentials.keyFile),
      readFileSync(credentials.certFile),
    ]);
    const file = openssl(["pkcs12", "-export", "-passout", "pass:x"], both);
    expect(refusalOf(file)).toMatch(/^it is PKCS#12.*openssl pkcs12 -nodes -nocerts/);
    expect(refusalOf(file.subarray(0, 40))).toMatch(/^it is PKCS#12/);
    const out = ["pkcs12", "-nodes", "-nocerts", "-passin", "pass:x"];
    expect(refusalOf(openssl(out, file))).toBe("loaded");
  });

  test("OpenSSH's own form is told", () => {
    const file = pem("OPENSSH PRIVATE KEY", Buffer.from("openssh-key-v1\0"));
    expect(refusalOf(file)).toMatch(/OpenSSH's own form; ssh-keygen -p -m PEM/);
  });

  function openssl(args: string[], input: string | Uint8Array): Buffer {
    return execFileSync("openssl", args, { input, stdio: ["pipe", "pipe", "ignore"] });
  }

  test.each(others)("%s is unsupported, in PEM and in DER", (_kind, key) => {
    expect(refusalOf(key.export({ type: "pkcs8", format: "pem" }))).toBe(UNSUPPORTED);
    expect(refusalOf(pkcs8(key))).toBe(UNSUPPORTED);
  });

  test("secp256k1 in its traditional form is unsupported, too", () => {
    const key = curve("secp256k1");
    expect(refusalOf(key.export({ type: "sec1", format: "pem" }))).toBe(UNSUPPORTED);
  });
});

describe("an RSA key", () => {
  test.each([
    ["8192 bits", 512, 512],
    ["4104 bits", 257, 256],
    ["4096 bits with a factor that is too long", 400, 112],
    ["4096 bits with another factor that is too long", 112, 400],
  ])("of %s is too large", (_size, p, q) => {
    expect(refusalOf(rsaFile(p, q))).toBe(TOO_LARGE);
    expect(refusalOf(pem("RSA PRIVATE KEY", rsaFile(p, q)))).toBe(TOO_LARGE);
  });

  /** No valid key, but one with numbers of these sizes in bytes. */
  function rsaFile(p: number, q: number): Buffer {
    const number = (bytes: number) => integer(Buffer.alloc(bytes, 0xf1));
    const rest = [p, q, p, q, p].map(number);
    const e = integer(Buffer.of(1, 0, 1));
    return sequence(integer(Buffer.of(0)), number(p + q), e, number(p + q), ...rest);
  }
});

describe("a key that was cut short", () => {
  test.each([
    ["P-256 in PKCS#8", pkcs8(ec)],
    ["P-256 in SEC1", ec.export({ type: "sec1", format: "der" })],
    ["RSA in PKCS#8", pkcs8(rsa)],
    ["RSA in PKCS#1", rsa.export({ type: "pkcs1", format: "der" })],
  ])("in DER is refused at every length: %s", (_form, der) => {
    const keeper = newKeeper();
    for (let length = 1; length < der.length; length++) {
      expect(() => loadKey(der.subarray(0, length), keeper), `${length} bytes`).toThrow(
        length < 3 ? KeeperError : MALFORMED,
      );
    }
  });

  test.each([
    ["P-256", ec],
    ["RSA", rsa],
  ])("in PEM is refused at every length: %s", (_kind, key) => {
    const file = key.export({ type: "pkcs8", format: "pem" }) as string;
    const begin = file.indexOf("\n") + 1;
    // With the word END, all of the key is there.
    const end = file.indexOf("-----END") + "-----EN".length;
    const keeper = newKeeper();
    for (let length = 0; length <= end; length++) {
      expect(() => loadKey(file.slice(0, length), keeper), `${length} bytes`).toThrow(
        length < begin ? KeeperError : MALFORMED,
      );
    }
  });
});

describe("a damaged key", () => {
  test.each([
    ["P-256", pkcs8(ec)],
    ["RSA", pkcs8(rsa)],
  ])("never ends in a trap, whichever byte is damaged: %s", (_kind, der) => {
    const keeper = newKeeper();
    let refused = 0;
    for (let at = 0; at < der.length; at++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const damaged = Buffer.from(der);
        damaged.writeUInt8(damaged.readUInt8(at) ^ change, at);
        if (refuses(damaged, keeper)) refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  test("is read no further after an error, however much of it comes", () => {
    // BearSSL would go on behind the failed check, and write past its buffer of 1,560 bytes. Lines of
    // different lengths reach its decoder in pieces.
    for (const length of [1561, 2000, 4000, 16_000]) {
      const file = sequence(integer(Buffer.of(1)), octets(Buffer.alloc(length, "A")));
      const uneven = pem("EC PRIVATE KEY", file).replace("\n", "\n ");
      const keeper = newKeeper();
      expect(() => loadKey(uneven, keeper), `${length} bytes`).toThrow(KeeperError);
      expect(() => loadKey(pkcs8(ec), keeper)).not.toThrow();
    }
  });

  test("in the middle of its base64 is malformed", () => {
    const file = ec.export({ type: "pkcs8", format: "pem" }) as string;
    expect(refusalOf(file.replace("\n", "\n!"))).toBe(MALFORMED);
  });

  test("does not stop the keeper from taking the next one", () => {
    const keeper = newKeeper();
    expect(() => loadKey(pkcs8(ec).subarray(0, 100), keeper)).toThrow(MALFORMED);
    const key = loadKey(pkcs8(ec), keeper);
    expect(() => key.match(derCertificate(credentials.certFile))).not.toThrow();
  });

  /** False if it was loaded. Anything but a refusal is thrown. */
  function refuses(file: Uint8Array, keeper = newKeeper()): boolean {
    try {
      loadKey(file, keeper);
      return false;
    } catch (error) {
      if (error instanceof KeeperError) return true;
      throw error;
    }
  }
});

describe("a key with absurd numbers in it", () => {
  const SHA256 = 4;
  const zero = Buffer.of(0);
  const order = Buffer.from(
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    "hex",
  );

  test.each([
    ["zero", zero],
    ["the curve's order", order],
    ["more than the curve's order", Buffer.alloc(32, 0xff)],
    ["an empty one", Buffer.alloc(0)],
    ["ten times too long", Buffer.alloc(320, 0x5a)],
  ])("signs nothing with a scalar that is %s", (_what, scalar) => {
    const curve = sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"));
    const file = sequence(
      integer(zero),
      curve,
      octets(sequence(integer(Buffer.of(1)), octets(scalar))),
    );
    expect(signs(file)).toBe(0);
  });

  const numbers: [string, Buffer[]][] = [
    ["all zero", Array<Buffer>(8).fill(zero)],
    ["all one", Array<Buffer>(8).fill(Buffer.of(1))],
    ["all even", Array<Buffer>(8).fill(Buffer.alloc(128, 0xfe))],
    ["a modulus without factors", [Buffer.alloc(256, 0xff), ...Array<Buffer>(7).fill(zero)]],
    ["factors without a modulus", [zero, ...Array<Buffer>(7).fill(Buffer.alloc(256, 0xff))]],
    ["a modulus longer than its factors", [512, 3, 512, 9, 9, 9, 9, 9].map((n) => odd(n))],
    ["factors longer than their modulus", [64, 3, 64, 128, 128, 128, 128, 128].map((n) => odd(n))],
  ];

  test.each(numbers)("never traps in an RSA signature: %s", (_what, components) => {
    const file = sequence(integer(zero), ...components.map(integer));
    expect(signs(file)).toBeLessThanOrEqual(512);
  });

  function odd(length: number): Buffer {
    return Buffer.alloc(length, 0xf1);
  }

  /** The length of a signature, 0 for none; also when the key was refused. */
  function signs(file: Uint8Array): number {
    try {
      return loadKey(file).sign(SHA256, Buffer.alloc(32, 3), new Uint8Array(512));
    } catch (error) {
      expect(error).toBeInstanceOf(KeeperError);
      return 0;
    }
  }
});

describe("after a refusal", () => {
  test.each([
    ["a garbage file", randomBytes(1000)],
    ["a truncated key", pkcs8(rsa).subarray(0, 1000)],
    ["an encrypted key", Buffer.from(encrypted(ec, { type: "pkcs8", format: "pem" }))],
  ])("the mailbox is blank: %s", (_what, file) => {
    const keeper = newKeeper();
    expect(() => loadKey(file, keeper)).toThrow(KeeperError);
    expect(isBlank(mailboxOf(keeper))).toBe(true);
  });

  test("nothing of a key is left anywhere in the keeper", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    const secret = Buffer.from(privateKey.export({ format: "jwk" }).d as string, "base64url");
    for (const type of ["sec1", "pkcs8"] as const) {
      for (const file of [
        privateKey.export({ type, format: "der" }),
        Buffer.from(privateKey.export({ type, format: "pem" })),
      ]) {
        const keeper = newKeeper();
        expect(() => loadKey(file, keeper)).toThrow(UNSUPPORTED);
        const all = Buffer.from(keeper["sandbox"].memory.all());
        for (let at = 0; at + 8 <= secret.length; at++) {
          expect(all.includes(secret.subarray(at, at + 8)), `${type}, ${at}`).toBe(false);
        }
      }
    }
  });

  test("the mailbox is blank also when the reading of the file failed", () => {
    const keeper = newKeeper();
    const fill = (room: Uint8Array) => {
      room.set(pkcs8(ec));
      throw new Error("Input/output error");
    };
    expect(() => keeper.load(fill)).toThrow("Input/output error");
    expect(isBlank(mailboxOf(keeper))).toBe(true);
  });
});

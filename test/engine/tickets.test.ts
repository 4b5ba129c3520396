/** The keeper seals tickets and opens them: its keys follow from the private key and the period. */
import type { KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { PrivateKey } from "../../src/sandbox/keeper.ts";
import { type KeyKind, newKey } from "../support/certificates.ts";
import { isBlank, loadKey, mailboxOf, newKeeper } from "./instances.ts";

const SALT = 32;
const EXTRA = 24;
const STATE = Buffer.concat([Buffer.alloc(SALT, 9), Buffer.from("what the ticket holds")]);
const HELD = STATE.subarray(SALT);

function keyOf(key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8" = "pkcs8"): PrivateKey {
  return loadKey(key.export({ type, format: "der" } as never) as unknown as Buffer);
}

const key = keyOf(newKey("P-256"));
const NOW = 80_000;

describe("a ticket", () => {
  it("is opened to what it holds, and shows nothing of it", () => {
    const ticket = Buffer.from(key.seal(NOW, STATE));
    expect(ticket).toHaveLength(STATE.length + EXTRA);
    expect(ticket.includes(HELD)).toBe(false);
    expect(Buffer.from(key.open(NOW, ticket))).toEqual(HELD);
  });

  it("is opened in its period, the one before and the one after, and in no other", () => {
    const ticket = key.seal(NOW, STATE);
    const periods = [-2, -1, 0, 1, 2].map((age) => key.open(NOW + age, ticket).length > 0);
    expect(periods).toEqual([false, true, true, true, false]);
  });

  it("is not opened with any bit changed, cut or longer", () => {
    const ticket = Buffer.from(key.seal(NOW, STATE));
    for (let bit = 0; bit < ticket.length * 8; bit++) {
      const other = Buffer.from(ticket);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect([bit, key.open(NOW, other).length]).toEqual([bit, 0]);
    }
    for (let length = 0; length < 2 * ticket.length; length++) {
      if (length === ticket.length) continue;
      const other = Buffer.concat([ticket, ticket], length);
      expect([length, key.open(NOW, other).length]).toEqual([length, 0]);
    }
  });

  it("is not made of too little, nor of too much", () => {
    const lengths = [0, 1, SALT, SALT + 1, 2560 - EXTRA, 2561 - EXTRA, 65_536];
    const made = lengths.map((length) => key.seal(NOW, new Uint8Array(length)).length);
    expect(made).toEqual([0, 0, 0, SALT + 1 + EXTRA, 2560, 0, 0]);
    expect(() => key.seal(NOW, new Uint8Array(65_537))).toThrow("larger than the mailbox");
  });

  it("leaves nothing in the mailbox, whether it is opened, refused or too long", () => {
    const keeper = newKeeper();
    const own = loadKey(newKey("P-256").export({ type: "pkcs8", format: "der" }), keeper);
    const ticket = Buffer.from(own.seal(NOW, STATE));
    own.open(NOW, ticket);
    expect(isBlank(mailboxOf(keeper).subarray(0, HELD.length))).toBe(true);
    ticket[60] = (ticket[60] ?? 0) ^ 1;
    own.open(NOW, ticket);
    expect(isBlank(mailboxOf(keeper).subarray(0, ticket.length))).toBe(true);
    own.seal(NOW, new Uint8Array(3000).fill(5));
    expect(isBlank(mailboxOf(keeper))).toBe(true);
  });
});

describe("the keys of tickets", () => {
  const kinds: KeyKind[] = ["RSA-2048", "P-256", "P-384", "P-521"];

  it.each(kinds)("are the same in each keeper with the same key of kind %s", (kind) => {
    const secret = newKey(kind);
    const ticket = keyOf(secret).seal(NOW, STATE);
    const types =
      kind === "RSA-2048" ? (["pkcs1", "pkcs8"] as const) : (["sec1", "pkcs8"] as const);
    for (const type of types) {
      expect(Buffer.from(keyOf(secret, type).open(NOW, ticket))).toEqual(HELD);
    }
    expect(keyOf(newKey(kind)).open(NOW, ticket)).toHaveLength(0);
  });

  it("are the same for a file that leaves out zeros in front of the number, or has more", () => {
    const secret = keyWithZeroInFront();
    const number = Buffer.from(secret.export({ format: "jwk" }).d as string, "base64url");
    expect(number[0]).toBe(0);
    const ticket = loadKey(sec1(number)).seal(NOW, STATE);
    for (const other of [number.subarray(1), Buffer.concat([Buffer.of(0, 0), number])]) {
      expect(Buffer.from(loadKey(sec1(other)).open(NOW, ticket))).toEqual(HELD);
    }
  });

  it("are the same whichever of RSA's factors a file names first", () => {
    const { n, e, d, p, q, dp, dq } = newKey("RSA-2048").export({ format: "jwk" });
    const number = (text?: string) =>
      BigInt(`0x${Buffer.from(text ?? "", "base64url").toString("hex")}`);
    const [one, two] = [number(p), number(q)];
    const swapped = [0n, number(n), number(e), number(d), two, one, number(dq), number(dp)];
    const usual = [0n, number(n), number(e), number(d), one, two, number(dp), number(dq)];
    const ticket = loadKey(pkcs1([...usual, inverse(two, one)])).seal(NOW, STATE);
    const other = loadKey(pkcs1([...swapped, inverse(one, two)]));
    expect(Buffer.from(other.open(NOW, ticket))).toEqual(HELD);
  });

  it("are for one period each: a state sealed twice gives the same ticket in one alone", () => {
    const seal = (period: number) => Buffer.from(key.seal(period, STATE)).toString("hex");
    expect(seal(NOW)).toBe(seal(NOW));
    expect(new Set([NOW - 1, NOW, NOW + 1, 0, 2 ** 32 - 1].map(seal)).size).toBe(5);
  });
});

function keyWithZeroInFront(): KeyObject {
  for (;;) {
    const secret = newKey("P-256");
    if (Buffer.from(secret.export({ format: "jwk" }).d as string, "base64url")[0] === 0)
      return secret;
  }
}

/** ECPrivateKey (RFC 5915, 3) on P-256, without its public half. */
function sec1(number: Buffer): Buffer {
  const curve = Buffer.from("a00a06082a8648ce3d030107", "hex");
  return der(0x30, Buffer.of(2, 1, 1), der(4, number), curve);
}

/** RSAPrivateKey (RFC 8017, A.1.2). */
function pkcs1(numbers: readonly bigint[]): Buffer {
  return der(0x30, ...numbers.map(integer));
}

function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return der(2, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

/** Of a, to a prime modulus (Fermat). */
function inverse(a: bigint, modulus: bigint): bigint {
  let [result, base, exponent] = [1n, a % modulus, modulus - 2n];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

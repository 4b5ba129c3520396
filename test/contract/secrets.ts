import type { JsonWebKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Credentials } from "../support/certificates.ts";

/** A stretch of a secret this long can't occur by chance, and is worth finding. */
const STRETCH = 16;

/** Every stretch of everything that must stay secret about a key, in each form that code uses. */
export function secretsOf({ key, keyFile }: Credentials): Buffer[] {
  const numbers = secretNumbers(key.export({ format: "jwk" }));
  return [
    ...numbers.flatMap((number) => [number, littleEndian(number), limbs(number)]),
    ...base64Of(numbers, readFileSync(keyFile, "latin1")),
  ].flatMap(stretches);
}

/** Searches for many byte strings at once. */
export class Search {
  private readonly byStart = new Map<number, Buffer[]>();

  constructor(secrets: readonly Buffer[]) {
    for (const secret of secrets) {
      const start = secret.readUInt16LE(0);
      this.byStart.set(start, [...(this.byStart.get(start) ?? []), secret]);
    }
  }

  /** How many of them are in these bytes. */
  count(haystack: Uint8Array): number {
    const bytes = Buffer.from(haystack.buffer, haystack.byteOffset, haystack.length);
    const starts = new Uint8Array(65536);
    for (const start of this.byStart.keys()) starts[start] = 1;
    let found = 0;
    for (let at = 0; at + STRETCH <= bytes.length; at++) {
      const start = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
      if (starts[start] === 1 && this.startsAt(bytes, at, start)) found++;
    }
    return found;
  }

  private startsAt(bytes: Buffer, at: number, start: number): boolean {
    const candidates = this.byStart.get(start) ?? [];
    return candidates.some((secret) => secret.equals(bytes.subarray(at, at + STRETCH)));
  }
}

/** Big-endian. */
function secretNumbers({ d, p, q, dp, dq, qi }: JsonWebKey): Buffer[] {
  return [d, p, q, dp, dq, qi]
    .filter((number) => number !== undefined)
    .map((number) => Buffer.from(number, "base64url"));
}

function littleEndian(number: Buffer): Buffer {
  return Buffer.from(number).reverse();
}

/** As BearSSL calculates with it: words of 31 bits, the least significant first. */
function limbs(number: Buffer): Buffer {
  const words: number[] = [];
  for (let rest = BigInt(`0x${number.toString("hex")}`); rest > 0n; rest >>= 31n) {
    words.push(Number(rest & 0x7fffffffn));
  }
  const bytes = Buffer.alloc(words.length * 4);
  for (const [at, word] of words.entries()) bytes.writeUInt32LE(word, at * 4);
  return bytes;
}

/** The parts of a PEM file's lines in which the numbers stand. */
function base64Of(numbers: readonly Buffer[], pem: string): Buffer[] {
  const lines = pem.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  const der = Buffer.from(lines.join(""), "base64");
  return numbers.flatMap((number) => {
    const at = der.indexOf(number);
    if (at === -1) throw new Error("a number of the key is not in its file");
    const from = Math.ceil(at / 3) * 4;
    const to = Math.floor((at + number.length) / 3) * 4;
    return lines.map((line, row) => {
      const start = row * 64;
      return Buffer.from(line.slice(Math.max(from - start, 0), Math.max(to - start, 0)));
    });
  });
}

function stretches(secret: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + STRETCH <= secret.length; at += STRETCH) {
    found.push(secret.subarray(at, at + STRETCH));
  }
  return found;
}

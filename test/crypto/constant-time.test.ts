import { generateKeyPairSync } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Instrumented, type Trace } from "../support/instrumented.ts";
import { bytes as noise } from "./module";
import { type RsaKey, rsaKey } from "./rsa-module";

/**
 * RSA goes the same way whatever the key and the message: the reports of different keys of one
 * length must be the same. (Which instructions are slow for some operands is another matter: there
 * are no divisions in our arithmetic.)
 */

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  data(): number;
  rsa_key(bits: number, p: number, q: number, dp: number, dq: number, iq: number): void;
  rsa_private(which: number): number;
}

const built = fileURLToPath(new URL("../../build/crypto-test.wasm", import.meta.url));
const instrumented = new Instrumented(built);
const instance = new WebAssembly.Instance(instrumented.module, instrumented.imports);
const exports = instance.exports as unknown as Exports;
exports._initialize();

/** The way that `rsa_private` goes. */
function trace(key: RsaKey, message: Uint8Array): Trace {
  const parts = [message, key.p, key.q, key.dp, key.dq, key.iq];
  for (const [i, part] of parts.entries()) {
    new Uint8Array(exports.memory.buffer, exports.data() + i * 1024, part.length).set(part);
  }
  const [, p = 0, q = 0, dp = 0, dq = 0, iq = 0] = parts.map((part) => part.length);
  exports.rsa_key(key.bits, p, q, dp, dq, iq);
  return instrumented.trace(() => expect(exports.rsa_private(0)).toBe(1));
}

/** All numbers as long as a factor: their lengths are no secret. */
function newKey(modulusLength: number): RsaKey {
  const key = rsaKey(generateKeyPairSync("rsa", { modulusLength }).privateKey);
  const size = modulusLength / 16;
  const padded = (part: Uint8Array) => Buffer.concat([new Uint8Array(size - part.length), part]);
  return { ...key, dp: padded(key.dp), dq: padded(key.dq), iq: padded(key.iq) };
}

test.each([1024, 1536])("RSA with keys of %i bits goes one way", (bits) => {
  const size = bits / 8;
  const noisy = (name: string) => Uint8Array.of(0, ...noise(name, size - 1));
  const messages = [new Uint8Array(size), noisy("a"), noisy("b")];
  const ways = [1, 2, 3].flatMap(() => {
    const key = newKey(bits);
    return messages.map((message) => trace(key, message));
  });
  expect(ways[0]?.length).toBeGreaterThan(1_000_000);
  expect(new Set(ways.map((way) => way.digest)).size).toBe(1);
});

test("another way is noticed: an exponent that is a byte longer", () => {
  const key = newKey(1024);
  const message = new Uint8Array(128).fill(1);
  const longer = { ...key, dp: Buffer.concat([Buffer.of(0), key.dp]) };
  expect(trace(key, message)).toEqual(trace(key, message));
  expect(trace(longer, message).digest).not.toBe(trace(key, message).digest);
});

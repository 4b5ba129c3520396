import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scratch } from "../support/scratch.ts";
import { bytes as noise } from "./module";
import { type RsaKey, rsaKey } from "./rsa-module";

/**
 * RSA goes the same way whatever the key and the message. Binaryen makes the module report each
 * loop's round, each function's entry and each address that is read or written; the reports of
 * different keys of one length must be the same. (Which instructions are slow for some operands is
 * another matter: there are no divisions in our arithmetic.)
 */

const INSTRUMENTED = `${scratch}/instrumented.wasm`;
const PLAIN = fileURLToPath(new URL("../../build/crypto-test.wasm", import.meta.url));
const FEATURES = ["--enable-simd", "--enable-bulk-memory"];
const REPORTS = ["--log-execution", "--instrument-memory"];
execFileSync("wasm-opt", [...FEATURES, ...REPORTS, PLAIN, "-o", INSTRUMENTED]);

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  data(): number;
  rsa_key(bits: number, p: number, q: number, dp: number, dq: number, iq: number): void;
  rsa_private(which: number): number;
}

/** The imports that are told where the module is; the others are told values. */
const WHERE = new Set(["log_execution", "load_ptr", "store_ptr"]);

let report = new Int32Array(1 << 22);
let reported = 0;

function record(numbers: number[]): void {
  if (reported + numbers.length > report.length) {
    const larger = new Int32Array(2 * report.length);
    larger.set(report);
    report = larger;
  }
  for (const number of numbers) report[reported++] = number;
}

function instrumented(): Exports {
  const module = new WebAssembly.Module(readFileSync(INSTRUMENTED));
  const env: Record<string, (...numbers: number[]) => number | undefined> = {};
  for (const { name } of WebAssembly.Module.imports(module)) {
    env[name] = (...numbers) => {
      if (WHERE.has(name)) record(numbers);
      return numbers.at(-1);
    };
  }
  const exports = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
  exports._initialize();
  return exports;
}

const exports = instrumented();

/** A digest of the way that `rsa_private` went, and how long it was. */
function trace(key: RsaKey, message: Uint8Array): { length: number; digest: string } {
  const parts = [message, key.p, key.q, key.dp, key.dq, key.iq];
  for (const [i, part] of parts.entries()) {
    new Uint8Array(exports.memory.buffer, exports.data() + i * 1024, part.length).set(part);
  }
  const [, p = 0, q = 0, dp = 0, dq = 0, iq = 0] = parts.map((part) => part.length);
  exports.rsa_key(key.bits, p, q, dp, dq, iq);
  reported = 0;
  expect(exports.rsa_private(0)).toBe(1);
  const way = report.subarray(0, reported);
  return { length: reported, digest: createHash("sha256").update(way).digest("hex") };
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

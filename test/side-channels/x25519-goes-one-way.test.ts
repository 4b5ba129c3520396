/**
 * X25519 in build/crypto-test.wasm reads and writes the same places in the same order, and makes the same rounds
 * of its loops, for whatever private key and whatever point.
 */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { Buffers } from "../crypto/module.ts";
import { X25519, type X25519Exports } from "../crypto/x25519-module.ts";
import { Instrumented } from "../support/instrumented.ts";

const built = fileURLToPath(new URL("../../build/crypto-test.wasm", import.meta.url));
const instrumented = new Instrumented(built);
const instance = new WebAssembly.Instance(instrumented.module, instrumented.imports);
const exports = instance.exports as unknown as Buffers & X25519Exports;
exports._initialize();
const x25519 = new X25519(exports);

const LONG = { timeout: 120_000 };

const values = [
  Buffer.alloc(32),
  Buffer.alloc(32, 255),
  Buffer.alloc(32, 0x55),
  Buffer.from("01".padEnd(64, "0"), "hex"),
  ...Array.from({ length: 8 }, () => randomBytes(32)),
];

it("one's own key is computed on one way, whatever the private key", LONG, () => {
  const ways = values.map((key) =>
    instrumented.trace(() => expect(x25519.mulgen("ours", key)).toHaveLength(64)),
  );
  expect(ways[0]?.length).toBeGreaterThan(50_000);
  expect(new Set(ways.map((way) => way.digest)).size).toBe(1);
});

it("the shared secret is computed on one way, whatever the private key and the point", LONG, () => {
  const ways = values.flatMap((key) =>
    values.map((point) =>
      instrumented.trace(() => expect(x25519.mul("ours", point, key)).toHaveLength(64)),
    ),
  );
  expect(ways[0]?.length).toBeGreaterThan(100_000);
  expect(new Set(ways.map((way) => way.digest)).size).toBe(1);
});

it("and another implementation goes another way, which is noticed", LONG, () => {
  const way = (which: "ours" | "m31") =>
    instrumented.trace(() => x25519.mulgen(which, Buffer.alloc(32, 1))).digest;
  expect(way("m31")).not.toBe(way("ours"));
});

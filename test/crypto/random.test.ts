import { createCipheriv } from "node:crypto";
import { expect, test } from "vitest";
import { at, bytes, hex, instance } from "./module.js";

/** Draws are a key stream of ChaCha20 (RFC 8439), as OpenSSL has it, and take the key with them. */

interface Random {
  random_begin(): void;
  random_bytes(length: number): void;
  random_generate(length: number): void;
  random_over(): void;
}

const KEY = 32;

/** Where the module puts what was drawn. */
const DRAWN = 64;

/** Drawn under one key; a longer draw goes on with the next one. */
const MOST = 256 - KEY;

/** What comes of a key: the next one, and bytes to be drawn. */
function stream(key: Uint8Array): { next: Buffer; drawn: Buffer } {
  const cipher = createCipheriv("chacha20", key, Buffer.alloc(16));
  const all = cipher.update(Buffer.alloc(KEY + MOST));
  return { next: all.subarray(0, KEY), drawn: all.subarray(KEY) };
}

function begun(seed: Uint8Array) {
  const exports = instance<Random>();
  at(exports, exports.data(), KEY).set(seed);
  exports.random_begin();
  const drawn = (length: number) =>
    Buffer.from(at(exports, exports.data() + DRAWN, length).slice());
  return {
    draw(length: number): Buffer {
      exports.random_bytes(length);
      return drawn(length);
    },
    generate(length: number): Buffer {
      exports.random_generate(length);
      return drawn(length);
    },
    end: exports.random_over,
    key: () => Buffer.from(at(exports, exports.data(), KEY).slice()),
    memory: () => Buffer.from(exports.memory.buffer),
  };
}

test("a stream begins with the next key, the seed's with the first, and what is drawn is behind it", () => {
  for (const length of [1, 4, 31, 32, 33, 64, 100, MOST - 1, MOST]) {
    const seed = bytes(`seed ${length}`, KEY);
    const random = begun(seed);
    const { next, drawn } = stream(stream(seed).next);
    expect(random.draw(length), `${length}`).toEqual(drawn.subarray(0, length));
    expect(random.key(), `${length}`).toEqual(next);
  }
});

test("a draw that is longer goes on with the next key", () => {
  const seed = bytes("seed", KEY);
  const first = stream(stream(seed).next);
  const second = stream(first.next);
  const random = begun(seed);
  expect(random.draw(MOST + 5)).toEqual(Buffer.concat([first.drawn, second.drawn.subarray(0, 5)]));
  expect(random.key()).toEqual(second.next);
});

test("each draw has the key that the one before left, by either way in", () => {
  const seed = bytes("seed", KEY);
  const random = begun(seed);
  let key = stream(seed).next;
  for (const length of [32, 100, 7, 64]) {
    for (const way of [random.draw, random.generate]) {
      const { next, drawn } = stream(key);
      expect(way(length)).toEqual(drawn.subarray(0, length));
      key = next;
    }
  }
});

test("a draw of no bytes changes nothing", () => {
  const seed = bytes("seed", KEY);
  const random = begun(seed);
  expect(random.draw(0)).toEqual(Buffer.of());
  random.end();
  expect(random.key()).toEqual(stream(seed).next);
});

test("nothing past the length that was asked for is written", () => {
  const random = begun(bytes("seed", KEY));
  random.draw(200);
  const before = hex(random.generate(200).subarray(5));
  random.draw(5);
  expect(hex(random.memory())).toContain(before);
});

test("what a draw leaves in memory: the next key, and what was drawn where it was wanted", () => {
  const seed = Buffer.from(bytes("another seed", KEY));
  const random = begun(seed);
  expect(random.memory().includes(seed)).toBe(true);
  const drawn = random.draw(48);
  const memory = random.memory();
  expect(memory.indexOf(drawn)).toBe(memory.lastIndexOf(drawn));
  for (let at = 0; at < KEY; at += 4) {
    const word = seed.subarray(at, at + 4);
    expect(memory.includes(seed.subarray(at, at + 4)), `key, from byte ${at}`).toBe(false);
    // A vector of ChaCha20's has a word four times, one for each block.
    expect(memory.includes(Buffer.concat([word, word, word, word])), `word at ${at}`).toBe(false);
  }
});

test("the end gives the key away, and nothing is drawn any more", () => {
  const seed = bytes("seed", KEY);
  const random = begun(seed);
  random.draw(9);
  random.end();
  expect(random.key()).toEqual(stream(stream(seed).next).next);
  expect(() => random.draw(1)).toThrow(WebAssembly.RuntimeError);
});

test("nothing is drawn before there is a seed", () => {
  const exports = instance<Random>();
  expect(() => exports.random_bytes(1)).toThrow(WebAssembly.RuntimeError);
});

import { expect, test } from "vitest";
import { Memory } from "../../src/sandbox/instance.ts";

/** Wiping skips what is all zeros, and nothing else. */

const PAGE = 65536;
const BLOCK = 4096;

test.each([
  ["the first byte", 0],
  ["the second", 1],
  ["the third", 2],
  ["the fourth", 3],
  ["the fourth word's last", 15],
  ["the fifth word's first", 16],
  ["the last byte of a block", BLOCK - 1],
  ["the first one of the next", BLOCK],
  ["the last byte", 2 * PAGE - 1],
])("%s is overwritten where all else is zero", (_, at) => {
  const memory = new Memory(new WebAssembly.Memory({ initial: 2 }));
  memory.all()[at] = 0x80;
  memory.wipe();
  expect(Buffer.alloc(2 * PAGE).equals(memory.all())).toBe(true);
});

test("a full memory is overwritten", () => {
  const memory = new Memory(new WebAssembly.Memory({ initial: 2 }));
  memory.all().fill(0xff);
  memory.wipe();
  expect(Buffer.alloc(2 * PAGE).equals(memory.all())).toBe(true);
});

test("so is what it has grown by", () => {
  const memory = new Memory(new WebAssembly.Memory({ initial: 1 }));
  memory.growTo(3 * PAGE);
  memory.all()[3 * PAGE - 5] = 1;
  memory.wipe();
  expect(Buffer.alloc(3 * PAGE).equals(memory.all())).toBe(true);
});

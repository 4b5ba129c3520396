/**
 * The cursor that every hello, message and extension of a peer is read with: it never goes past the
 * end, and a failure is seen at the end, however many reads come behind it.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  reader_input(): number;
  reader_begin(length: number): void;
  reader_number(length: number): number;
  reader_take(length: number): number;
  reader_enter(length: number): void;
  reader_leave(): void;
  reader_left(): number;
  reader_failed(): number;
  reader_is_at_end(): number;
}

const file = new URL("../../build/tls13-test.wasm", import.meta.url);
const module = new WebAssembly.Module(readFileSync(file));

function over(bytes: Uint8Array) {
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  exports._initialize();
  new Uint8Array(exports.memory.buffer).set(bytes, exports.reader_input());
  exports.reader_begin(bytes.length);
  return {
    number: (length: number) => exports.reader_number(length) >>> 0,
    take: (length: number) => exports.reader_take(length),
    enter: (length: number) => exports.reader_enter(length),
    leave: () => exports.reader_leave(),
    left: () => exports.reader_left(),
    failed: () => exports.reader_failed() !== 0,
    isAtEnd: () => exports.reader_is_at_end() !== 0,
  };
}

const LENGTHS = [1, 2, 3, 4];

describe("a number", () => {
  it.each(LENGTHS)("of %i bytes is big-endian, up to its largest", (length) => {
    const bytes = Buffer.from([0x81, 0x02, 0x03, 0x84].slice(0, length));
    const reader = over(Buffer.concat([bytes, Buffer.alloc(length, 0xff)]));
    expect(reader.number(length)).toBe(bytes.readUIntBE(0, length));
    expect(reader.number(length)).toBe(2 ** (8 * length) - 1);
    expect(reader.isAtEnd()).toBe(true);
  });

  it.each(LENGTHS)("of %i bytes is 0 and a failure where a byte is missing", (length) => {
    const reader = over(Buffer.alloc(length - 1, 0xff));
    expect(reader.number(length)).toBe(0);
    expect([reader.failed(), reader.left(), reader.isAtEnd()]).toEqual([true, 0, false]);
  });
});

describe("a reader that has failed", () => {
  it("stays so, and gives nothing of what was left", () => {
    const reader = over(Buffer.from([1, 2, 3]));
    expect(reader.number(4)).toBe(0);
    expect(reader.number(1)).toBe(0);
    expect(reader.take(1)).toBe(-1);
    expect(reader.take(0)).toBe(-1);
    reader.enter(1);
    expect([reader.failed(), reader.left(), reader.isAtEnd()]).toEqual([true, 0, false]);
    reader.leave();
    expect([reader.failed(), reader.left(), reader.isAtEnd()]).toEqual([true, 0, false]);
  });
});

describe("bytes", () => {
  it("stay where they are; none is none, at the end, too", () => {
    const reader = over(Buffer.from([1, 2, 3]));
    const first = reader.take(0);
    expect(reader.take(2) - first).toBe(0);
    expect(reader.take(1) - first).toBe(2);
    expect(reader.take(0) - first).toBe(3);
    expect(reader.isAtEnd()).toBe(true);
  });

  it.each([4, 0x7fffffff, 0x80000000, 0xffffffff])("%i of three is a failure", (length) => {
    const reader = over(Buffer.from([1, 2, 3]));
    expect(reader.take(length)).toBe(-1);
    expect(reader.failed()).toBe(true);
  });
});

describe.each([1, 2, 3])("a vector whose length takes %i bytes", (width) => {
  const vector = (length: number, content: Uint8Array) => {
    const header = Buffer.alloc(width);
    header.writeUIntBE(length, 0, width);
    return Buffer.concat([header, content]);
  };
  const longest = Math.min(2 ** (8 * width) - 1, 65_536);

  it.each([0, 1, longest])("of %i bytes is read to its end", (length) => {
    const reader = over(Buffer.concat([vector(length, Buffer.alloc(length, 7)), Buffer.of(9)]));
    reader.enter(width);
    expect(reader.left()).toBe(length);
    reader.take(length);
    expect(reader.isAtEnd()).toBe(true);
    reader.leave();
    expect([reader.left(), reader.number(1), reader.isAtEnd()]).toEqual([1, 9, true]);
  });

  it("that promises a byte more than there is fails, and so does what it is in", () => {
    const reader = over(vector(3, Buffer.from([1, 2])));
    reader.enter(width);
    expect([reader.failed(), reader.left()]).toEqual([true, 0]);
    reader.leave();
    expect([reader.failed(), reader.left()]).toEqual([true, 0]);
  });

  it("that promises all that its length can say fails", () => {
    const reader = over(vector(2 ** (8 * width) - 1, Buffer.from([1, 2])));
    reader.enter(width);
    expect(reader.failed()).toBe(true);
  });

  it("whose length is cut fails", () => {
    const reader = over(Buffer.alloc(width - 1));
    reader.enter(width);
    expect(reader.failed()).toBe(true);
    reader.leave();
    expect(reader.failed()).toBe(true);
  });

  it("is not at its end while a byte is left in it, and fails alone", () => {
    const reader = over(Buffer.concat([vector(2, Buffer.from([1, 2])), Buffer.of(9)]));
    reader.enter(width);
    expect(reader.number(1)).toBe(1);
    expect(reader.isAtEnd()).toBe(false);
    // More than is left in it, though what it is in would have it.
    expect(reader.number(2)).toBe(0);
    expect(reader.failed()).toBe(true);
    reader.leave();
    expect([reader.failed(), reader.number(1), reader.isAtEnd()]).toEqual([false, 9, true]);
  });
});

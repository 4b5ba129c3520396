import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ENGINE_CALLS } from "../../src/sandbox/engine-exports.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";

/** What a function does in place of its work. */
export const MISDEEDS = {
  /** unreachable */
  trap: [0x00],
  /** i32.const -1, i32.load, drop: beyond any memory */
  outOfBounds: [0x41, 0x7f, 0x28, 0x02, 0x00, 0x1a, 0x00],
  /** loop, br 0, end */
  loop: [0x03, 0x40, 0x0c, 0x00, 0x0b, 0x00],
} as const;

export type Misdeed = keyof typeof MISDEEDS;

/**
 * The programs as they were built, in a folder of their own, but for one function of the engine.
 *
 * @returns the path of one of them
 */
export function patched(name: string, exported: string, misdeed: Misdeed): string {
  const repository = dirname(dirname(program(name)));
  const copy = scratchFile("patched");
  for (const folder of ["bin", "dist"]) {
    cpSync(join(repository, folder), join(copy, folder), { recursive: true });
  }
  const engine = join(copy, "dist", "engine.wasm");
  writeFileSync(engine, withBody(readFileSync(engine), exported, MISDEEDS[misdeed]));
  return join(copy, "bin", name);
}

/** The body of a function that returns a number, always the same. */
export function says(number: number): number[] {
  const bytes: number[] = [I32_CONST];
  for (let rest = number | 0; ; rest >>= 7) {
    const isLast = (rest >> 6 === 0 || rest >> 6 === -1) as boolean;
    bytes.push(isLast ? rest & 0x7f : (rest & 0x7f) | 0x80);
    if (isLast) return bytes;
  }
}

/** The body of one that returns nothing, and does nothing. */
export const SAYS_NOTHING: readonly number[] = [];

const I32_CONST = 0x41;

/** The same module, of which one exported function, or one call, has another body. */
export function withBody(module: Buffer, exported: string, code: readonly number[]): Buffer {
  const number = CALLS.indexOf(exported);
  if (number >= 0) return withCall(module, number, code);
  return replaced(module, exported, () => Buffer.of(NO_LOCALS, ...code, END));
}

const CALLS: readonly string[] = ENGINE_CALLS.names;

/** local.get 0, number, i32.eq, if, the code, a number to return if there is none yet, return, end. */
function withCall(module: Buffer, number: number, code: readonly number[]): Buffer {
  const result = code[0] === I32_CONST ? [] : says(0);
  const asked = [0x20, 0x00, ...says(number), 0x46];
  const misdeed = [...asked, 0x04, 0x40, ...code, ...result, 0x0f, END];
  return replaced(module, ENGINE_CALLS.by, (body) => {
    const reader = new Reader(body, 0);
    // Each kind of local variables: how many, and of which type.
    for (let kinds = reader.number(); kinds > 0; kinds--) {
      reader.number();
      reader.number();
    }
    return Buffer.concat([
      body.subarray(0, reader.at),
      Buffer.from(misdeed),
      body.subarray(reader.at),
    ]);
  });
}

function replaced(module: Buffer, exported: string, change: (body: Buffer) => Buffer): Buffer {
  const { section, body } = placesOf(module, exported);
  const misdeed = sized(change(module.subarray(body.content, body.end)));
  const before = module.subarray(section.content, body.size);
  const after = module.subarray(body.end, section.end);
  return Buffer.concat([
    module.subarray(0, section.size),
    sized(Buffer.concat([before, misdeed, after])),
    module.subarray(section.end),
  ]);
}

const NO_LOCALS = 0x00;
const END = 0x0b;

const SECTION = { import: 2, export: 7, code: 10 } as const;
const FUNCTION = 0;

/** Where something is whose size stands before it. */
interface Place {
  readonly size: number;
  readonly content: number;
  readonly end: number;
}

/** Where a function's body is: WebAssembly's binary format, chapter 5. */
function placesOf(module: Buffer, exported: string): { section: Place; body: Place } {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(Uint8Array.from(module)));
  const imported = imports.filter(({ kind }) => kind === "function").length;
  const exportsAt = sectionOf(module, SECTION.export).content;
  const index = indexOf(new Reader(module, exportsAt), exported);
  const section = sectionOf(module, SECTION.code);
  const reader = new Reader(module, section.content);
  for (let count = reader.number(), at = 0; at < count; at++) {
    const body = reader.place();
    if (at === index - imported) return { section, body };
  }
  throw new Error(`no body of ${exported}`);
}

function indexOf(reader: Reader, exported: string): number {
  for (let left = reader.number(); left > 0; left--) {
    const name = reader.text();
    const kind = reader.number();
    const index = reader.number();
    if (kind === FUNCTION && name === exported) return index;
  }
  throw new Error(`no export ${exported}`);
}

function sectionOf(module: Buffer, wanted: number): Place {
  const reader = new Reader(module, HEADER_LENGTH);
  while (reader.at < module.length) {
    const id = reader.number();
    const place = reader.place();
    if (id === wanted) return place;
  }
  throw new Error(`no section ${wanted}`);
}

/** The same with its size before it, in LEB128. */
function sized(content: Buffer): Buffer {
  const size: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    size.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) return Buffer.concat([Buffer.from(size), content]);
  }
}

const HEADER_LENGTH = 8;

class Reader {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  /** LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes.readUInt8(this.at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** Goes past it. */
  place(): Place {
    const size = this.at;
    const length = this.number();
    const content = this.at;
    this.at += length;
    return { size, content, end: this.at };
  }

  text(): string {
    const length = this.number();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
}

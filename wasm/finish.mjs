/*
 * The last step in the making of a module, which is changed in place: node wasm/finish.mjs FILE
 *
 * What emcc exports of itself is left out: the host calls none of it, and V8 makes an object for each
 * export of each instance. Constants between the marks of wasm/late become passive segments of data,
 * and the import late.constants a function that copies them into the memory (WebAssembly's core
 * specification, 5.5).
 */
import { readFileSync, writeFileSync } from "node:fs";

const EMSCRIPTEN = [
  "__errno_location",
  "__indirect_function_table",
  "stackAlloc",
  "stackRestore",
  "stackSave",
];

const SECTION = { import: 2, function: 3, export: 7, code: 10, data: 11, count: 12 };
const HEADER_LENGTH = 8;
const FUNCTION = 0;
const ACTIVE = 0;
const PASSIVE = 1;
const I32_CONST = 0x41;
const MEMORY_INIT = [0xfc, 0x08];
const NO_LOCALS = 0x00;
const END = 0x0b;

const MARKS = ["<late constants>", "</late constant>"];

class Reader {
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  byte() {
    return this.bytes.readUInt8(this.at++);
  }

  /** LEB128; of addresses, which are signed, none has the sign's bit. */
  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  content() {
    const length = this.number();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** What `read` has gone past. */
  past(read) {
    const start = this.at;
    const value = read();
    return { value, bytes: this.bytes.subarray(start, this.at) };
  }
}

function unsigned(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value) {
  const isLast = value < 0x40;
  return isLast ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}

const sized = (bytes) => Buffer.concat([Buffer.from(unsigned(bytes.length)), bytes]);

const listed = (items) => Buffer.concat([Buffer.from(unsigned(items.length)), ...items]);

/** Each section's content by its number; custom ones stay at the end, where the linker has them. */
function sectionsOf(module) {
  const reader = new Reader(module);
  reader.at = HEADER_LENGTH;
  const sections = [];
  while (reader.at < module.length) sections.push({ id: reader.byte(), content: reader.content() });
  return sections;
}

function itemsOf(content, read) {
  const reader = new Reader(content);
  return Array.from({ length: reader.number() }, () => reader.past(() => read(reader)));
}

const exported = (reader) => {
  const name = reader.content().toString();
  reader.byte();
  reader.number();
  return name;
};

/** Our modules import functions alone. */
const imported = (reader) => {
  const names = [reader.content().toString(), reader.content().toString()];
  if (reader.byte() !== FUNCTION) throw new Error(`${names.join(".")} is no function`);
  return { name: names.join("."), type: reader.number() };
};

const segment = (reader) => {
  if (reader.byte() !== ACTIVE || reader.byte() !== I32_CONST) throw new Error("odd data");
  const at = reader.number();
  if (reader.byte() !== END) throw new Error("odd data");
  return { at, bytes: reader.content() };
};

const active = ({ at, bytes }) =>
  Buffer.concat([Buffer.from([ACTIVE, I32_CONST, ...signed(at), END]), sized(bytes)]);

const passive = ({ bytes }) => Buffer.concat([Buffer.from([PASSIVE]), sized(bytes)]);

const initialized = ({ at, bytes }, index) => [
  ...[I32_CONST, ...signed(at), I32_CONST, 0, I32_CONST, ...signed(bytes.length)],
  ...[...MEMORY_INIT, ...unsigned(index), 0],
];

/** Segments, cut at the marks. */
function cut(segments) {
  const [begin, end] = MARKS.map((mark) => {
    const found = segments.flatMap(({ at, bytes }) => {
      const index = bytes.indexOf(mark);
      return index < 0 ? [] : [at + index];
    });
    if (found.length !== 1) throw new Error(`${found.length} marks "${mark}"`);
    return found[0];
  });
  const part = (from, to) =>
    segments
      .map(({ at, bytes }) => ({
        at: Math.max(at, from),
        bytes: bytes.subarray(Math.max(from - at, 0), Math.max(to - at, 0)),
      }))
      .filter(({ bytes }) => bytes.length > 0);
  const behind = end + MARKS[1].length;
  const early = [...part(0, begin), ...part(behind, Number.MAX_SAFE_INTEGER)];
  return { early, late: part(begin, behind) };
}

function finish(sections) {
  const of = (id) => sections.find((section) => section.id === id);
  const change = (id, read, by) => {
    of(id).content = listed(by(itemsOf(of(id).content, read)));
  };
  change(SECTION.export, exported, (items) =>
    items.filter(({ value }) => !EMSCRIPTEN.includes(value)).map(({ bytes }) => bytes),
  );

  const imports = of(SECTION.import) ? itemsOf(of(SECTION.import).content, imported) : [];
  const { value: last } = imports.at(-1) ?? {};
  const others = imports.slice(0, -1);
  if (imports.every(({ value }) => value.name !== "late.constants")) return sections;
  // Behind all other imports, it has the number of the first function that is none.
  if (last.name !== "late.constants") throw new Error("late.constants is not the last import");
  of(SECTION.import).content = listed(others.map(({ bytes }) => bytes));

  const { early, late } = cut(itemsOf(of(SECTION.data).content, segment).map(({ value }) => value));
  const data = [...early.map(active), ...late.map(passive)];
  of(SECTION.data).content = listed(data);

  const body = late.flatMap((one, index) => initialized(one, early.length + index));
  const type = Buffer.from(unsigned(last.type));
  const first = (item) => (items) => [item, ...items.map(({ bytes }) => bytes)];
  change(SECTION.function, (reader) => reader.number(), first(type));
  change(
    SECTION.code,
    (reader) => reader.content(),
    first(sized(Buffer.from([NO_LOCALS, ...body, END]))),
  );
  of(SECTION.count).content = Buffer.from(unsigned(data.length));
  return sections;
}

const [file] = process.argv.slice(2);
const module = readFileSync(file);
const sections = finish(sectionsOf(module));
writeFileSync(
  file,
  Buffer.concat([
    module.subarray(0, HEADER_LENGTH),
    ...sections.flatMap(({ id, content }) => [Buffer.of(id), sized(content)]),
  ]),
);

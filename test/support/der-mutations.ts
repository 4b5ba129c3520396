import { byteMutators, type Chance, type Change, type Mutator } from "./mutations.ts";

/** Damage to DER (X.690) that leaves the elements around it with their right lengths. */

/** An element; what is inside of a constructed one, or of a string that holds DER, is read, too. */
interface Element {
  readonly tag: number;
  /** Before the children, or everything. */
  readonly content: Buffer;
  readonly children: readonly Element[];
}

const CONSTRUCTED = 0x20;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;

/** Elements further inside are bytes like others. */
const DEEPEST = 400;

/** Changes one element, or none that it is told of: null takes it out. */
type Rework = (element: Element, chance: Chance) => readonly [changed: Element[], what: string];

const inContent: Rework = ({ tag, content, children }, chance) => {
  const whole = Buffer.concat([content, ...children.map(encode)]);
  const [damaged, what] = chance.pick(byteMutators)(whole, chance, whole);
  return [[{ tag, content: damaged, children: [] }], what];
};

const ofTag: Rework = (element, chance) => {
  const common = [
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0xa0, 0xa3,
  ];
  const tag = chance.pick([...common, 0x1f, 0xff, chance.below(256)]);
  return [[{ ...element, tag }], `tag ${tag} for ${element.tag}`];
};

const ofPlace: Rework = (element, chance) => {
  const count = element.content.length > 10_000 ? 2 : chance.pick([0, 2, 3, 100]);
  return [Array<Element>(count).fill(element), `${count} times`];
};

const ofValue: Rework = (element, chance) => {
  const size = chance.pick([0, 1, 2, 127, 128, 255, 256, 257, 512, 513, 600, 4096]);
  const value = chance.pick([0x00, 0x01, 0x7f, 0x80, 0xff]);
  const content = Buffer.alloc(size, value);
  return [[{ tag: element.tag, content, children: [] }], `${size} bytes of ${value}`];
};

const ofChildren: Rework = (element, chance) => {
  const children = [...element.children];
  const [from, to] = [chance.below(children.length + 1), chance.below(children.length + 1)];
  children.splice(to, 0, ...children.splice(from, 1));
  return [[{ ...element, children }], `child ${from} moved to ${to}`];
};

const inWrappings: Rework = (element, chance) => {
  const depth = chance.pick([1, 2, 20, 300]);
  let wrapped = element;
  for (let left = depth; left > 0; left--) {
    wrapped = { tag: 0x30, content: Buffer.of(), children: [wrapped] };
  }
  return [[wrapped], `in ${depth} SEQUENCEs`];
};

const reworks: readonly Rework[] = [
  ...Array<Rework>(4).fill(inContent),
  ofTag,
  ofPlace,
  ofValue,
  ofChildren,
  inWrappings,
];

/** One element, wherever it is. */
const ofElement: Mutator = (bytes, chance) => {
  const elements = decode(bytes);
  if (elements === null) return chance.pick(byteMutators)(bytes, chance, bytes);
  const target = chance.below(count(elements));
  return rework(elements, target, (element) => chance.pick(reworks)(element, chance));
};

/** A length in another form than the shortest, or one that is not true. */
const ofLengthForm: Mutator = (bytes, chance) => {
  const elements = decode(bytes);
  if (elements === null) return chance.pick(byteMutators)(bytes, chance, bytes);
  const form = chance.pick([[0x80], [0x81], [0x82], [0x83], [0x84], [0x88], [0xff]] as const);
  const digits = Buffer.alloc(form[0] & 0x0f, chance.pick([0x00, 0x01, 0x7f, 0xff]));
  const places = headers(bytes);
  const at = chance.pick(places);
  const header = Buffer.concat([Buffer.of(...form), digits]);
  const damaged = Buffer.concat([bytes.subarray(0, at + 1), header, bytes.subarray(at + 2)]);
  return [damaged, `length ${header.toString("hex")} at ${at + 1}`];
};

export const derMutators: readonly Mutator[] = [
  ...byteMutators,
  ...Array<Mutator>(20).fill(ofElement),
  ...Array<Mutator>(3).fill(ofLengthForm),
];

function rework(
  elements: readonly Element[],
  target: number,
  change: (element: Element) => readonly [changed: Element[], what: string],
): Change {
  let number = 0;
  let story = "";
  const visit = (element: Element): Element[] => {
    const mine = number++;
    if (mine === target) {
      number += count(element.children);
      const [changed, what] = change(element);
      story = `element ${mine}: ${what}`;
      return changed;
    }
    return [{ ...element, children: element.children.flatMap(visit) }];
  };
  const changed = Buffer.concat(elements.flatMap(visit).map(encode));
  return [changed, story];
}

function count(elements: readonly Element[]): number {
  return elements.reduce((sum, { children }) => sum + 1 + count(children), 0);
}

function encode({ tag, content, children }: Element): Buffer {
  const whole = Buffer.concat([content, ...children.map(encode)]);
  return Buffer.concat([Buffer.of(tag), length(whole.length), whole]);
}

function length(value: number): Buffer {
  if (value < 0x80) return Buffer.of(value);
  if (value < 0x100) return Buffer.of(0x81, value);
  if (value < 0x10000) return Buffer.of(0x82, value >> 8, value);
  return Buffer.of(0x83, value >> 16, value >> 8, value);
}

/** null for bytes that are not elements one after the other. */
function decode(bytes: Buffer, depth = 0): Element[] | null {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const extent = extentAt(bytes, at);
    if (extent === null) return null;
    const tag = bytes.readUInt8(at);
    const whole = bytes.subarray(extent.begin, extent.end);
    const head = tag === BIT_STRING ? 1 : 0;
    const mayHold = (tag & CONSTRUCTED) !== 0 || tag === BIT_STRING || tag === OCTET_STRING;
    const isRead = mayHold && depth < DEEPEST && whole.length > head;
    const children = isRead ? decode(whole.subarray(head), depth + 1) : null;
    const content = children === null ? whole : whole.subarray(0, head);
    found.push({ tag, content, children: children ?? [] });
    at = extent.end;
  }
  return found;
}

function extentAt(bytes: Buffer, at: number): { begin: number; end: number } | null {
  const first = bytes[at + 1];
  if (first === undefined || first === 0x80 || first > 0x83) return null;
  const begin = at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  if (begin > bytes.length) return null;
  const value = first < 0x80 ? first : bytes.readUIntBE(at + 2, first & 0x7f);
  return begin + value > bytes.length ? null : { begin, end: begin + value };
}

/** Where elements begin, as deep as they are nested with reason. */
function headers(bytes: Buffer): number[] {
  const found: number[] = [0];
  const walk = (from: number, to: number, depth: number) => {
    for (let at = from; at < to; ) {
      const extent = extentAt(bytes, at);
      if (extent === null || extent.end > to) return;
      found.push(at);
      const isConstructed = (bytes.readUInt8(at) & CONSTRUCTED) !== 0;
      if (isConstructed && depth < DEEPEST) walk(extent.begin, extent.end, depth + 1);
      at = extent.end;
    }
  };
  walk(0, bytes.length, 0);
  return found;
}

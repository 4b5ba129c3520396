/**
 * Good input made bad, the same way on every run. Each mutant has a story, which tells its seed and
 * number and what was done, and which every failure is to show: `mutant(plan, number)` makes it anew.
 */

/** Pseudo-random choices (a mulberry32 generator): the same for the same seed. */
export class Chance {
  constructor(private state: number) {}

  /** A whole number from 0 to one less than the limit. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** What became of some bytes, and by what. */
export type Change = readonly [bytes: Buffer, what: string];

/** Damages a copy of the bytes. `other` is a good input, too. */
export type Mutator = (bytes: Buffer, chance: Chance, other: Buffer) => Change;

export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Plan {
  readonly seed: number;
  readonly samples: readonly Sample[];
  readonly mutators: readonly Mutator[];
  /** How many mutators at most have a go at one mutant; 3 unless said otherwise. */
  readonly steps?: number;
  /** A mutant grows no longer than this. */
  readonly longest?: number;
}

export interface Mutant {
  /** The name of the good input that it was. */
  readonly sample: string;
  readonly bytes: Buffer;
  readonly story: string;
}

export function mutant(plan: Plan, number: number): Mutant {
  const chance = new Chance(plan.seed * 1_000_003 + number);
  const sample = plan.samples[number % plan.samples.length] as Sample;
  const story: string[] = [];
  let { bytes } = sample;
  for (let left = 1 + chance.below(plan.steps ?? 3); left > 0; left--) {
    const [changed, what] = chance.pick(plan.mutators)(
      bytes,
      chance,
      chance.pick(plan.samples).bytes,
    );
    bytes = changed.subarray(0, plan.longest ?? 65536);
    story.push(what);
  }
  return {
    sample: sample.name,
    bytes,
    story: `seed ${plan.seed}, mutant ${number} of ${sample.name}: ${story.join("; ")}`,
  };
}

/** Checks each mutant. A failure tells its story, and has the whole input. */
export function examine(plan: Plan, count: number, check: (mutant: Mutant) => void): void {
  for (let number = 0; number < count; number++) {
    const one = mutant(plan, number);
    try {
      check(one);
    } catch (error) {
      throw new Error(tell(one, error), { cause: error });
    }
  }
}

/** The message of a failure. */
export function tell({ story, bytes }: Mutant, error: unknown): string {
  return `${story}\n${bytes.toString("base64")}\n${(error as Error).message}`;
}

/** The damage that needs no knowledge of what the bytes mean. */
export const byteMutators: readonly Mutator[] = [
  function flipBit(bytes, chance) {
    const [at, bit] = [chance.below(bytes.length), chance.below(8)];
    return [withByte(bytes, at, (byte) => byte ^ (1 << bit)), `bit ${bit} of byte ${at} flipped`];
  },
  function setByte(bytes, chance) {
    const at = chance.below(bytes.length);
    const value = chance.pick([0x00, 0x01, 0x7f, 0x80, 0xff, chance.below(256)]);
    return [withByte(bytes, at, () => value), `byte ${at} set to ${value}`];
  },
  function addToByte(bytes, chance) {
    const [at, add] = [chance.below(bytes.length), chance.pick([-2, -1, 1, 2])];
    return [withByte(bytes, at, (byte) => byte + add), `${add} added to byte ${at}`];
  },
  function setLength16(bytes, chance) {
    return setLength(bytes, chance, 2);
  },
  function setLength24(bytes, chance) {
    return setLength(bytes, chance, 3);
  },
  function remove(bytes, chance) {
    const [from, to] = slice(bytes, chance);
    return [splice(bytes, [from, to]), `bytes ${from} to ${to} deleted`];
  },
  function duplicate(bytes, chance) {
    const [from, to] = slice(bytes, chance);
    const at = chance.below(bytes.length + 1);
    const what = `bytes ${from} to ${to} copied to ${at}`;
    return [splice(bytes, [at, at], bytes.subarray(from, to)), what];
  },
  function repeat(bytes, chance) {
    const [from, to] = slice(bytes, chance);
    const most = Math.ceil(ENOUGH / (to - from + 1));
    const times = Math.min(chance.pick([2, 10, 100, 1000]), most);
    const many = Buffer.concat(Array<Buffer>(times).fill(bytes.subarray(from, to)));
    return [splice(bytes, [from, to], many), `bytes ${from} to ${to} repeated ${times} times`];
  },
  function swap(bytes, chance) {
    const ends = Array.from({ length: 4 }, () => chance.below(bytes.length + 1));
    const [a = 0, b = 0, c = 0, d = 0] = ends.sort((x, y) => x - y);
    const piece = (from: number, to: number) => bytes.subarray(from, to);
    const swapped = [piece(0, a), piece(c, d), piece(b, c), piece(a, b), piece(d, bytes.length)];
    return [Buffer.concat(swapped), `bytes ${a} to ${b} and ${c} to ${d} swapped`];
  },
  function insert(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    const count = chance.pick([1, 2, 3, 16, 255, 256, 4096]);
    const value = chance.pick([-1, 0x00, 0x7f, 0x80, 0xff]);
    const noise = Buffer.alloc(count).map(() => (value < 0 ? chance.below(256) : value));
    const what = value < 0 ? "of noise" : `of ${value}`;
    return [splice(bytes, [at, at], noise), `${count} bytes ${what} inserted at ${at}`];
  },
  function truncate(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    return [bytes.subarray(0, at), `truncated at ${at}`];
  },
  function beCutAtFront(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    return [bytes.subarray(at), `begins at ${at}`];
  },
  function spliceWithOther(bytes, chance, other) {
    const [at, from] = [chance.below(bytes.length + 1), chance.below(other.length + 1)];
    const spliced = Buffer.concat([bytes.subarray(0, at), other.subarray(from)]);
    return [spliced, `from ${at} on, another from ${from} on`];
  },
];

/** Replaces the bytes of a range. */
export function splice(
  bytes: Buffer,
  [from, to]: readonly [number, number],
  by?: Uint8Array,
): Buffer {
  return Buffer.concat([bytes.subarray(0, from), by ?? Buffer.of(), bytes.subarray(to)]);
}

function withByte(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  if (at < copy.length) copy[at] = change(copy[at] ?? 0);
  return copy;
}

/** More bytes than any side takes. */
const ENOUGH = 1 << 20;

/** Mostly short, and now and then any. */
function slice(bytes: Buffer, chance: Chance): readonly [from: number, to: number] {
  const from = chance.below(bytes.length + 1);
  const longest = chance.pick([2, 8, 64, bytes.length]);
  return [from, Math.min(bytes.length, from + 1 + chance.below(longest))];
}

/** Where what stands there may be the length of what follows, it is told wrong. */
function setLength(bytes: Buffer, chance: Chance, width: 2 | 3): Change {
  const places: number[] = [];
  for (let at = 0; at + width < bytes.length; at++) {
    const length = bytes.readUIntBE(at, width);
    if (length > 0 && at + width + length <= bytes.length) places.push(at);
  }
  if (places.length === 0) return [bytes, "no length found"];
  const at = chance.pick(places);
  const [old, left] = [bytes.readUIntBE(at, width), bytes.length - at - width];
  const top = 2 ** (8 * width) - 1;
  const value = chance.pick([old - 1, old + 1, old + 2, 0, 1, left, left + 1, top >> 1, top]);
  const copy = Buffer.from(bytes);
  copy.writeUIntBE(Math.min(value, top), at, width);
  return [copy, `length of ${width} bytes at ${at} set from ${old} to ${value}`];
}

import { byteMutators, type Chance, type Mutator } from "../support/mutations.ts";
import { clearRecord } from "../support/tls12-messages.ts";
import { RECORD, records, type TlsRecord } from "../support/wire.ts";

/** Damage to a stream of records: all but what is wrong is as right as it was. */

/** Of a record's content, and of one that is sealed (RFC 5246, 6.2.3). */
export const LARGEST = 16384;
const LARGEST_SEALED = LARGEST + 2048;

const VERSIONS = [0x0000, 0x0200, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x03ff, 0x7f12, 0xffff];
const TYPES = [...Object.values(RECORD), 0, 19, 25, 128, 255];

type RecordMutator = (
  all: TlsRecord[],
  chance: Chance,
  other: TlsRecord[],
) => [TlsRecord[], string];

const recordMutators: readonly RecordMutator[] = [
  function type(all, chance) {
    return altered(all, chance, (one) => ({ ...one, type: chance.pick(TYPES) }), "another type");
  },
  function version(all, chance) {
    return altered(all, chance, (one) => ({ ...one, version: chance.pick(VERSIONS) }), "version");
  },
  function bodyOfBytes(all, chance, other) {
    const damage = chance.pick(byteMutators);
    const from = chance.pick(other).body;
    return altered(
      all,
      chance,
      (one) => ({ ...one, body: damage(one.body, chance, from)[0] }),
      "bytes",
    );
  },
  function drop(all, chance) {
    const at = chance.below(all.length);
    return [all.toSpliced(at, 1 + chance.below(3)), `record ${at} dropped, or a few`];
  },
  function repeat(all, chance) {
    const [at, to] = [chance.below(all.length), chance.below(all.length + 1)];
    const times = chance.pick([1, 1, 2, 50]);
    const copies = Array<TlsRecord>(times).fill(all[at] as TlsRecord);
    return [all.toSpliced(to, 0, ...copies), `record ${at} once more at ${to}, ${times} times`];
  },
  function move(all, chance) {
    const [at, to] = [chance.below(all.length), chance.below(all.length)];
    const rest = all.toSpliced(at, 1);
    return [rest.toSpliced(to, 0, all[at] as TlsRecord), `record ${at} moved to ${to}`];
  },
  function foreign(all, chance, other) {
    const to = chance.below(all.length + 1);
    return [all.toSpliced(to, chance.below(2), chance.pick(other)), `a foreign record at ${to}`];
  },
  function fragment(all, chance) {
    const [at, size] = [chance.below(all.length), chance.pick([1, 2, 3, 4, 5, 17, 200])];
    const { body, ...header } = all[at] as TlsRecord;
    const pieces: TlsRecord[] = [];
    for (let from = 0; from < body.length; from += size) {
      pieces.push({ ...header, body: body.subarray(from, from + size) });
    }
    return [all.toSpliced(at, 1, ...pieces), `record ${at} in pieces of ${size}`];
  },
  function join(all, chance) {
    const at = chance.below(all.length);
    const [one, next] = [all[at] as TlsRecord, all[at + 1]];
    if (next === undefined) return [all, "no record to join"];
    const body = Buffer.concat([one.body, next.body]);
    return [all.toSpliced(at, 2, { ...one, body }), `records ${at} and the next in one`];
  },
  function add(all, chance) {
    const [at, type] = [chance.below(all.length + 1), chance.pick(TYPES)];
    const size = chance.pick([0, 0, 1, 2, 2, 3, 40, LARGEST, LARGEST + 1, LARGEST_SEALED + 1]);
    const body = Buffer.from(Array.from({ length: size }, () => chance.below(5)));
    const version = chance.pick(VERSIONS);
    return [
      all.toSpliced(at, 0, { type, version, body }),
      `${size} bytes of type ${type} at ${at}`,
    ];
  },
  function extend(all, chance) {
    const size = chance.pick([LARGEST, LARGEST + 1, LARGEST_SEALED, LARGEST_SEALED + 1]);
    const grow = (body: Buffer) =>
      Buffer.concat([body, Buffer.alloc(Math.max(0, size - body.length))]);
    return altered(all, chance, (one) => ({ ...one, body: grow(one.body) }), `${size} bytes long`);
  },
];

export const inRecords: Mutator = (bytes, chance, other) => {
  const all = records(bytes);
  const foreign = records(other);
  if (all.length === 0 || foreign.length === 0)
    return chance.pick(byteMutators)(bytes, chance, other);
  const [changed, what] = chance.pick(recordMutators)(all, chance, foreign);
  return [assembled(changed), what];
};

/** The length in a record's header tells something else. */
export const lie: Mutator = (bytes, chance) => {
  const all = records(bytes);
  if (all.length === 0) return [bytes, "no record to lie about"];
  const at = chance.below(all.length);
  const [before, rest] = [assembled(all.slice(0, at)), assembled(all.slice(at))];
  const length = (all[at] as TlsRecord).body.length;
  const value = chance.pick([0, length - 1, length + 1, LARGEST + 1, LARGEST_SEALED + 1, 0xffff]);
  rest.writeUInt16BE(Math.max(0, value) & 0xffff, 3);
  return [Buffer.concat([before, rest]), `record ${at} says that it has ${value} bytes`];
};

function altered(
  all: TlsRecord[],
  chance: Chance,
  change: (one: TlsRecord) => TlsRecord,
  what = "",
): [TlsRecord[], string] {
  const at = chance.below(all.length);
  return [all.with(at, change(all[at] as TlsRecord)), `record ${at}: ${what}`];
}

export function assembled(all: readonly TlsRecord[]): Buffer {
  // What is longer than a header can say is cut.
  const wire = all.map(({ type, version, body }) =>
    clearRecord(type, body.subarray(0, 0xffff), version),
  );
  return Buffer.concat(wire);
}

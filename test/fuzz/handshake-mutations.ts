import { helloMutators } from "../support/hello-mutations.ts";
import { byteMutators, type Chance, type Mutator, splice } from "../support/mutations.ts";
import { uint24 } from "../support/tls12-encoding.ts";
import { clearRecord, MESSAGE, messages } from "../support/tls12-messages.ts";
import { RECORD, records, type TlsRecord } from "../support/wire.ts";

/**
 * Damage to a conversation that knows what records and handshake messages are: all but the part that
 * is wrong is as right as it was.
 */

/** Of a record's content, and of one that is sealed (RFC 5246, 6.2.3). */
const LARGEST = 16384;
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

const inRecords: Mutator = (bytes, chance, other) => {
  const all = records(bytes);
  const foreign = records(other);
  if (all.length === 0 || foreign.length === 0)
    return chance.pick(byteMutators)(bytes, chance, other);
  const [changed, what] = chance.pick(recordMutators)(all, chance, foreign);
  return [assembled(changed), what];
};

/** The length in a record's header tells something else. */
const lie: Mutator = (bytes, chance) => {
  const all = records(bytes);
  if (all.length === 0) return [bytes, "no record to lie about"];
  const at = chance.below(all.length);
  const [before, rest] = [assembled(all.slice(0, at)), assembled(all.slice(at))];
  const length = (all[at] as TlsRecord).body.length;
  const value = chance.pick([0, length - 1, length + 1, LARGEST + 1, LARGEST_SEALED + 1, 0xffff]);
  rest.writeUInt16BE(Math.max(0, value) & 0xffff, 3);
  return [Buffer.concat([before, rest]), `record ${at} says that it has ${value} bytes`];
};

interface Message {
  type: number;
  body: Buffer;
  /** What it says about its length. */
  length: number;
}

type MessageMutator = (all: Message[], chance: Chance) => [Message[], string];

const messageMutators: readonly MessageMutator[] = [
  function type(all, chance) {
    const [at, type] = [chance.below(all.length), chance.pick(Object.values(MESSAGE))];
    return [all.with(at, { ...(all[at] as Message), type }), `message ${at} as one of ${type}`];
  },
  function length(all, chance) {
    const at = chance.below(all.length);
    const one = all[at] as Message;
    const lengths = [0, one.length - 1, one.length + 1, one.length * 2, LARGEST + 1, 0xffffff];
    const length = Math.max(0, chance.pick(lengths));
    return [all.with(at, { ...one, length }), `message ${at} says ${length} bytes`];
  },
  function body(all, chance) {
    const at = chance.below(all.length);
    const one = all[at] as Message;
    const from = (chance.pick(all) as Message).body;
    const [body, what] = chance.pick(byteMutators)(one.body, chance, from);
    return [all.with(at, { ...one, body, length: body.length }), `in message ${at}: ${what}`];
  },
  function order(all, chance) {
    const [at, to] = [chance.below(all.length), chance.below(all.length)];
    return [
      all.toSpliced(at, 1).toSpliced(to, 0, all[at] as Message),
      `message ${at} moved to ${to}`,
    ];
  },
  function count(all, chance) {
    const [at, times] = [chance.below(all.length), chance.pick([0, 0, 2, 3, 100])];
    const copies = Array<Message>(times).fill(all[at] as Message);
    return [all.toSpliced(at, 1, ...copies), `message ${at} ${times} times`];
  },
];

/** One run of handshake records in the clear is read as messages, and written anew. */
const inMessages: Mutator = (bytes, chance, other) => {
  const all = records(bytes);
  const starts = all.flatMap(({ type }, at) =>
    type === RECORD.handshake && all[at - 1]?.type !== RECORD.handshake ? [at] : [],
  );
  if (starts.length === 0) return inRecords(bytes, chance, other);
  const start = chance.pick(starts);
  const length = all.slice(start).findIndex(({ type }) => type !== RECORD.handshake);
  const end = length === -1 ? all.length : start + length;
  const run = Buffer.concat(all.slice(start, end).map(({ body }) => body));
  const found = messages(run).map((one) => ({ ...one, length: one.body.length }));
  if (found.length === 0) return inRecords(bytes, chance, other);
  const [changed, what] = chance.pick(messageMutators)(found, chance);
  const version = (all[start] as TlsRecord).version;
  const size = chance.pick([LARGEST, LARGEST, LARGEST, 100, 5, 1]);
  const written = inPieces(Buffer.concat(changed.map(encoded)), size, version);
  const story = `${what}, of those from record ${start} on, in records of ${size}`;
  return [
    Buffer.concat([assembled(all.slice(0, start)), written, assembled(all.slice(end))]),
    story,
  ];
};

/** The ClientHello alone, down to its extensions; the rest stays. */
const inHello: Mutator = (bytes, chance, other) => {
  const [first, foreign] = [records(bytes)[0], records(other)[0]];
  if (first?.body[0] !== MESSAGE.clientHello || foreign?.body[0] !== MESSAGE.clientHello) {
    return inMessages(bytes, chance, other);
  }
  const end = assembled([first]).length;
  const damage = chance.pick(helloMutators);
  const [hello, what] = damage(bytes.subarray(0, end), chance, assembled([foreign]));
  return [splice(bytes, [0, end], hello), what];
};

export const conversationMutators: readonly Mutator[] = [
  ...byteMutators,
  ...[inRecords, inMessages, inHello].flatMap((one) => Array<Mutator>(15).fill(one)),
  ...Array<Mutator>(4).fill(lie),
];

function altered(
  all: TlsRecord[],
  chance: Chance,
  change: (one: TlsRecord) => TlsRecord,
  what = "",
): [TlsRecord[], string] {
  const at = chance.below(all.length);
  return [all.with(at, change(all[at] as TlsRecord)), `record ${at}: ${what}`];
}

function assembled(all: readonly TlsRecord[]): Buffer {
  // What is longer than a header can say is cut.
  const wire = all.map(({ type, version, body }) =>
    clearRecord(type, body.subarray(0, 0xffff), version),
  );
  return Buffer.concat(wire);
}

function encoded({ type, body, length }: Message): Buffer {
  return Buffer.concat([Buffer.of(type), uint24(length), body]);
}

function inPieces(bytes: Buffer, size: number, version: number): Buffer {
  const wire: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    wire.push(clearRecord(RECORD.handshake, bytes.subarray(at, at + size), version));
  }
  return Buffer.concat(wire);
}

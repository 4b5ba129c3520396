import { helloMutators } from "../support/hello-mutations.ts";
import { byteMutators, type Chance, type Mutator, splice } from "../support/mutations.ts";
import { uint24 } from "../support/tls12-encoding.ts";
import { clearRecord, MESSAGE, messages } from "../support/tls12-messages.ts";
import { RECORD, records, type TlsRecord } from "../support/wire.ts";
import { assembled, inRecords, LARGEST, lie } from "./record-mutations.ts";

/**
 * Damage to a conversation that knows what records and handshake messages are: all but the part that
 * is wrong is as right as it was.
 */

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

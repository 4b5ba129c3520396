import { readFileSync } from "node:fs";
import { join } from "node:path";
import { byteMutators, type Mutator, type Sample } from "./mutations.ts";
import { vector8, vector16 } from "./tls12-encoding.ts";
import { clearRecord, extension, MESSAGE, message } from "./tls12-messages.ts";
import { RECORD, records } from "./wire.ts";

/** ClientHellos of real clients, and the damage that keeps all lengths around it right. */

export const recordedHellos: readonly Sample[] = readFileSync(
  join(import.meta.dirname, "../recorded/client-hellos.txt"),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [name = "", hex = ""] = line.split("\t");
    return { name, bytes: Buffer.from(hex, "hex") };
  });

/** Where a record's content begins, and its message's body, and in that the session identifier. */
const [CONTENT, BODY, SESSION_ID] = [5, 9, 34];

/** A message's body is damaged, and the message and its record are as long as they say. */
const inBody: Mutator = (bytes, chance, other) => {
  const [body, what] = chance.pick(byteMutators)(
    bytes.subarray(BODY),
    chance,
    other.subarray(BODY),
  );
  return [wrapped(body, chance.pick([0x0300, 0x0301, 0x0303])), `in the message: ${what}`];
};

/** One part of a ClientHello is damaged, and everything has the right length. */
const inPart: Mutator = (bytes, chance, other) => {
  const parts = parse(bytes);
  if (parts === null) return inBody(bytes, chance, other);
  const which = chance.pick(["random", "sessionId", "suites", "compressions"] as const);
  const [damaged, what] = chance.pick(byteMutators)(parts[which], chance, other);
  return [assemble({ ...parts, [which]: damaged }), `in the ${which}: ${what}`];
};

const inExtension: Mutator = (bytes, chance, other) => {
  const parts = parse(bytes);
  if (parts === null || parts.extensions.length === 0) return inBody(bytes, chance, other);
  const extensions = [...parts.extensions];
  const at = chance.below(extensions.length);
  const { type, content } = extensions[at] as Extension;
  const [damaged, what] = chance.pick(byteMutators)(content, chance, other);
  extensions[at] = { type, content: damaged };
  return [assemble({ ...parts, extensions }), `in extension ${type}: ${what}`];
};

/** Extensions come and go and change places, each as it was. */
const ofExtensions: Mutator = (bytes, chance, other) => {
  const parts = parse(bytes);
  if (parts === null) return inBody(bytes, chance, other);
  const extensions = [...parts.extensions];
  const [from, to] = [chance.below(extensions.length + 1), chance.below(extensions.length + 1)];
  const taken = extensions.splice(from, 1);
  const foreign = parse(other)?.extensions ?? [];
  const added = chance.pick([
    [],
    taken,
    [...taken, ...taken],
    Array(200).fill(taken).flat(),
    foreign,
  ]);
  extensions.splice(to, 0, ...added);
  const what = `extension ${from} taken out, ${added.length} put in at ${to}`;
  return [assemble({ ...parts, extensions }), what];
};

/** The message comes in several records, whole or not. */
const ofRecords: Mutator = (bytes, chance) => {
  const content = bytes.subarray(CONTENT);
  const size = chance.pick([1, 2, 3, 5, 40, 100]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) {
    pieces.push(clearRecord(RECORD.handshake, content.subarray(at, at + size), 0x0301));
  }
  const what = `in records of ${size} bytes`;
  if (chance.below(2) === 0) return [Buffer.concat(pieces), what];
  const [at, type] = [chance.below(pieces.length + 1), 20 + chance.below(5)];
  pieces.splice(at, 0, clearRecord(type, Buffer.of(1, chance.below(256)), 0x0301));
  return [Buffer.concat(pieces), `${what}, one of type ${type} before number ${at}`];
};

export const helloMutators: readonly Mutator[] = [
  ...byteMutators,
  ...[inBody, inPart, inExtension, ofExtensions].flatMap((one) => Array<Mutator>(5).fill(one)),
  ofRecords,
];

interface Extension {
  readonly type: number;
  readonly content: Buffer;
}

interface Parts {
  readonly version: number;
  /** The version in the hello, and the random. */
  readonly random: Buffer;
  readonly sessionId: Buffer;
  readonly suites: Buffer;
  readonly compressions: Buffer;
  readonly extensions: readonly Extension[];
}

/** null for what an earlier mutation has left without form. */
function parse(bytes: Buffer): Parts | null {
  try {
    const { version, body: content } = records(bytes)[0] ?? { version: 0, body: Buffer.of() };
    const body = content.subarray(BODY - CONTENT);
    let at = SESSION_ID;
    const vector = (width: 1 | 2) => {
      const begin = at + width;
      at = begin + body.readUIntBE(at, width);
      return body.subarray(begin, at);
    };
    const [sessionId, suites, compressions] = [vector(1), vector(2), vector(1)];
    const extensions: Extension[] = [];
    if (at < body.length) at += 2;
    while (at < body.length) {
      const type = body.readUInt16BE(at);
      at += 2;
      extensions.push({ type, content: vector(2) });
    }
    const random = body.subarray(0, SESSION_ID);
    return { version, random, sessionId, suites, compressions, extensions };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function assemble(parts: Parts): Buffer {
  const { version, random, sessionId, suites, compressions } = parts;
  const extensions = parts.extensions.map(({ type, content }) => extension(type, content));
  const body = [random, vector8(sessionId), vector16(suites), vector8(compressions)];
  if (extensions.length > 0) body.push(vector16(...extensions));
  return wrapped(Buffer.concat(body), version);
}

/** As many records as it takes. */
function wrapped(body: Buffer, version: number): Buffer {
  const whole = message(MESSAGE.clientHello, body);
  const largest = 16384;
  const pieces: Buffer[] = [];
  for (let at = 0; at < whole.length; at += largest) {
    pieces.push(clearRecord(RECORD.handshake, whole.subarray(at, at + largest), version));
  }
  return Buffer.concat(pieces);
}

/**
 * A forged CBC record gets the same alert at the same point whatever is wrong with it, so that the
 * alert tells nothing about the plaintext (RFC 5246, 6.2.3.2 and 7.2.2: bad_record_mac for all).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import { payload } from "../support/payload.ts";
import { ALERT, FATAL } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { clearRecord } from "../support/tls12-messages.ts";
import { Cbc, SUITE } from "../support/tls12-protection.ts";
import { RECORD } from "../support/wire.ts";

const credentials = Authority.root().issue();

const AES = "ECDHE-ECDSA-AES128-SHA";
const TRIPLE_DES = "ECDHE-ECDSA-DES-CBC3-SHA";
const suites = [AES, TRIPLE_DES] as const;

const MAC_LENGTH = 20;

/** With its MAC and a byte that says the length of the padding, it leaves room for more padding. */
const TEXT = Buffer.from("forty-eight bytes, that is three blocks of AES..");

/** The parts of a record, before encryption. */
interface Parts {
  mac: Buffer;
  padding: Buffer;
}

const forgeries: Record<string, (parts: Parts) => Buffer> = {
  "a wrong MAC": ({ mac, padding }) => Buffer.concat([TEXT, flipped(mac, 0), padding]),
  "a MAC whose last bit is wrong": ({ mac, padding }) =>
    Buffer.concat([TEXT, flipped(mac, MAC_LENGTH - 1), padding]),
  "other content than the MAC is of": ({ mac, padding }) =>
    Buffer.concat([flipped(TEXT, 0), mac, padding]),
  "a wrong byte of padding": ({ mac, padding }) => Buffer.concat([TEXT, mac, flipped(padding, 0)]),
  "both wrong": ({ mac, padding }) => Buffer.concat([TEXT, flipped(mac, 0), flipped(padding, 0)]),
  "padding that would reach into the MAC": ({ mac, padding }) =>
    Buffer.concat([TEXT, mac, padding.subarray(1), Buffer.of(padding.length)]),
  "padding longer than the record": ({ mac, padding }) =>
    Buffer.concat([TEXT, mac, padding.subarray(1), Buffer.of(255)]),
  "the longest padding, and a wrong MAC": ({ mac }) =>
    Buffer.concat([TEXT.subarray(0, 44), flipped(mac, 0), Buffer.alloc(256, 255)]),
  "zeros all through": ({ mac, padding }) =>
    Buffer.alloc(TEXT.length + mac.length + padding.length),
  "padding that leaves no room for a MAC": ({ mac, padding }) => {
    const length = TEXT.length + mac.length + padding.length;
    return Buffer.alloc(length, length - 1);
  },
};

it.each(
  suites.flatMap((suite) =>
    Object.entries(forgeries).map(([what, forge]) => ({ suite, what, forge })),
  ),
)("$suite: $what", async ({ suite, forge }) => {
  const { client, ended } = await established(suite);
  const record = clearRecord(RECORD.applicationData, forged(client, forge));
  client.records.raw(record.subarray(0, -1));
  const words = lastWords(client);
  expect(await Promise.race([words, sleep(150, "nothing")])).toBe("nothing");
  client.records.raw(record.subarray(-1));
  expect(await words).toEqual(badRecordMac(suite));
  expect(await ended).toMatchObject({
    stderr:
      "s6-tlsd: fatal: TLS error: record with a wrong MAC or padding; sent the alert bad_record_mac\n",
  });
});

/** Lengths are on the wire for all to read; they get the same alert all the same. */
const lengths: Record<string, (suite: (typeof suites)[number]) => number> = {
  "too short for a MAC": (suite) => SUITE[suite].blockLength * 2,
  "longer than its suite makes them": () => 16384 + 1024,
  "as long as TLS allows": () => 16384 + 2048,
  "as long as its suite makes them": (suite) => {
    const { blockLength } = SUITE[suite];
    return blockLength + blockLength * Math.floor((16384 + 256 + MAC_LENGTH) / blockLength);
  },
};

it.each(
  suites.flatMap((suite) => Object.entries(lengths).map(([what, of]) => ({ suite, what, of }))),
)("$suite: a record $what", async ({ suite, of }) => {
  const { client } = await established(suite);
  client.records.raw(clearRecord(RECORD.applicationData, payload("no record", of(suite))));
  expect(await lastWords(client)).toEqual(badRecordMac(suite));
});

it.each([1, 5, 8, 15])(`${AES}: a record of whole blocks and %i bytes`, async (more) => {
  const { client } = await established(AES);
  const body = payload("no record", 8 * SUITE[AES].blockLength + more);
  client.records.raw(clearRecord(RECORD.applicationData, body));
  expect(await lastWords(client)).toEqual(badRecordMac(AES));
});

// BearSSL 0.6 by itself does not check that a length is whole blocks, and leaves what is none
// undecrypted: who replaces padding that is one whole block, without any keys, would not be noticed,
// and so would learn that it was one.
it.each([1, 2, 3])(`${AES}: a block of padding replaced by %i bytes`, async (count) => {
  const { client } = await established(AES);
  const { blockLength } = SUITE[AES];
  const text = TEXT.subarray(0, 4 * blockLength - MAC_LENGTH);
  const sealed = cbcOf(client).seal(RECORD.applicationData, text);
  const body = Buffer.concat([sealed.subarray(0, -blockLength), Buffer.alloc(count, count - 1)]);
  client.records.raw(clearRecord(RECORD.applicationData, body));
  const answer = await client.records.next();
  // If it is no alert, it is the echo of a record that was taken.
  expect({ type: answer?.type, content: [...(answer?.content ?? [])] }).toEqual({
    type: RECORD.alert,
    content: [FATAL, ALERT.badRecordMac],
  });
});

const UNEVEN = 8 * SUITE[TRIPLE_DES].blockLength + 5;

// For the same reason, 3DES would run through all of the engine's memory, until the sandbox traps.
it(`${TRIPLE_DES}: a record of no whole blocks`, async () => {
  const { client } = await established(TRIPLE_DES);
  client.records.raw(clearRecord(RECORD.applicationData, payload("no record", UNEVEN)));
  expect(await lastWords(client)).toEqual(badRecordMac(TRIPLE_DES));
});

it(`${TRIPLE_DES}: a record of no whole blocks ends this connection and nothing else`, async () => {
  const { client, ended } = await established(TRIPLE_DES);
  client.records.raw(clearRecord(RECORD.applicationData, payload("no record", UNEVEN)));
  client.records.socket.end();
  const { code, stderr } = await ended;
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect(code, "cat's").toBe(0);
});

async function established(suite: (typeof suites)[number]) {
  const listener = await serve({
    credentials,
    options: ["--tls-profile", "compat"],
    prog: ["cat"],
  });
  const client = await Tls12Client.connect(listener.port, SUITE[suite]);
  await client.establish();
  expect(await client.echo("genuine\n")).toBe("genuine\n");
  const { ended } = await listener.tunnel();
  return { client, ended };
}

function cbcOf({ records }: Tls12Client): Cbc {
  if (records.outgoing instanceof Cbc) return records.outgoing;
  throw new Error("no suite with CBC");
}

function forged(client: Tls12Client, forge: (parts: Parts) => Buffer): Buffer {
  const cbc = cbcOf(client);
  const mac = cbc.mac(RECORD.applicationData, TEXT);
  return cbc.encrypt(forge({ mac, padding: cbc.padding(TEXT.length) }));
}

function badRecordMac(suite: (typeof suites)[number]) {
  const { blockLength } = SUITE[suite];
  const sealed = 2 + MAC_LENGTH + 1;
  const wireLength = 5 + blockLength + Math.ceil(sealed / blockLength) * blockLength;
  return { alert: ALERT.badRecordMac, sealed: true, wireLength };
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

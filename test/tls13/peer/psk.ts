import { vector8, vector16 } from "../../support/tls12-encoding.ts";
import { Reader, uint32 } from "./bytes.ts";
import { HASH_LENGTH, KeySchedule, ticketKey, verifyData } from "./key-schedule.ts";
import type { Extension, TicketMessage } from "./messages.ts";
import { EXTENSION } from "./numbers.ts";
import type { Suite } from "./protection.ts";
import type { Transcript } from "./transcript.ts";

/** A key that both sides have already, and how it is named in a ClientHello (RFC 8446, 4.2.11). */
export interface Psk {
  identity: Buffer;
  key: Buffer;
  suite: Suite;
  /** Of a ticket, and not agreed upon by other means. */
  resumption: boolean;
  /** As it goes over the wire. */
  age: number;
}

/** What a client keeps of a session. */
export function pskOf(
  message: TicketMessage,
  { suite, resumption }: { suite: Suite; resumption: Buffer },
): Psk {
  return {
    ...{ identity: message.ticket, suite, resumption: true },
    key: ticketKey(suite.hash, resumption, message.nonce),
    // Of no time at all: what is added hides it.
    age: message.ageAdd,
  };
}

/** pre_shared_key with binders of the right lengths, and nothing in them. */
export function pskOffer(psks: readonly Psk[]): Extension {
  const identities = psks.map(({ identity, age }) =>
    Buffer.concat([vector16(identity), uint32(age)]),
  );
  const content = [vector16(...identities), encodedBinders(psks.map(emptyBinder))];
  return { type: EXTENSION.preSharedKey, content: Buffer.concat(content) };
}

/** A ClientHello whose last bytes are binders, with the right ones in their place. */
export function bound(
  hello: Buffer,
  { psks, transcript }: { psks: readonly Psk[]; transcript: Transcript },
  alter: (binder: Buffer) => Buffer = (binder) => binder,
): Buffer {
  const rest = hello.subarray(0, hello.length - encodedBinders(psks.map(emptyBinder)).length);
  const binders = psks.map((psk) => alter(binderOf(psk, transcript.hash(psk.suite.hash, rest))));
  return Buffer.concat([rest, encodedBinders(binders)]);
}

export function binderOf({ key, suite, resumption }: Psk, transcript: Buffer): Buffer {
  const secret = new KeySchedule(suite.hash, key).binderKey(resumption);
  return verifyData(suite.hash, secret, transcript);
}

export interface Offer {
  identities: { identity: Buffer; age: number }[];
  binders: Buffer[];
  /** Of the binders list at the end of the hello. */
  bindersLength: number;
}

export function readOffer(content: Buffer): Offer {
  const reader = new Reader(content);
  const identities = reader.each(2, (inner) => ({
    ...{ identity: inner.vector(2), age: inner.number(4) },
  }));
  const bindersLength = reader.left;
  const binders = reader.each(2, (inner) => inner.vector(1));
  reader.end();
  return { identities, binders, bindersLength };
}

function encodedBinders(binders: readonly Buffer[]): Buffer {
  return vector16(...binders.map((binder) => vector8(binder)));
}

function emptyBinder({ suite }: Psk): Buffer {
  return Buffer.alloc(HASH_LENGTH[suite.hash]);
}

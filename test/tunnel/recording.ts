import type { SecureVersion } from "node:tls";
import { expect } from "vitest";
import { records } from "../support/wire.ts";
import { Bench, Rig, type RigSettings } from "./rig.ts";

export const QUESTION = "first, second, and the third";
export const REPLY = "the reply";

/** What a client sent in a whole conversation. An engine with the same seed understands it again. */
export interface Recording {
  readonly bytes: Buffer;
  /** Where the client's part of the handshake ends. */
  readonly handshake: number;
  /** Where the close_notify begins. */
  readonly closeNotify: number;
  /** Where records end. */
  readonly boundaries: ReadonlySet<number>;
  /** What it got. */
  readonly answer: Buffer;
}

/** Node's client says something in three records, hangs up, and hears the reply. */
export async function record(maxVersion: SecureVersion = "TLSv1.3"): Promise<Recording> {
  const rig = await Rig.established({ client: { maxVersion } });
  expect(rig.client.tls.getProtocol()).toBe(maxVersion);
  const sent = () => Buffer.concat(rig.recorded.toServer);
  const handshake = sent().length;
  for (const part of ["first, ", "second, ", "and the third"]) {
    rig.client.say(part);
    await rig.settle();
  }
  const closeNotify = sent().length;
  rig.withholdsFin = true;
  rig.client.hangUp();
  await rig.settle();
  expect(rig.local.takeText()).toBe(QUESTION);
  rig.local.deliver(REPLY, "EOF");
  await rig.settle();
  expect(rig.client.heard.toString()).toBe(REPLY);
  const answer = Buffer.concat(rig.recorded.toClient);
  return { bytes: sent(), handshake, closeNotify, boundaries: boundariesOf(sent()), answer };
}

/** A server to which the client of the recording speaks, in these pieces. */
export function replay(pieces: readonly Uint8Array[], settings: RigSettings = {}): Bench {
  const bench = new Bench(settings);
  bench.remote.deliver(...pieces);
  return bench;
}

/** The bytes in pieces of a size. */
export function cut(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

function boundariesOf(bytes: Buffer): Set<number> {
  let at = 0;
  return new Set([0, ...records(bytes).map(({ body }) => (at += 5 + body.length))]);
}

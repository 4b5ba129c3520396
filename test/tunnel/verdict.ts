import { expect } from "vitest";
import type { Engine, Session } from "../../src/sandbox/engine.ts";
import { EngineError } from "../../src/sandbox/errors.ts";
import { TruncationError } from "../../src/tunnel/failures.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import { isBlank } from "../engine/instances.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { MESSAGE, messages } from "../support/tls12-messages.ts";
import { looksLikeAlert, RECORD, records, type TlsRecord } from "../support/wire.ts";
import { RETRY_RANDOM } from "../tls13/peer/numbers.ts";
import { ScriptedEndpoint } from "./scripted-endpoint.ts";

/** What an engine behind a tunnel made of a peer's bytes, which may be anything. */
export interface Verdict {
  /** Before the peer's EOF: refused; the handshake done; or its first half; or not even that. */
  readonly kind: "refused" | "established" | "answered" | "waits";
  /** Everything that the peer got. */
  readonly answer: Buffer;
  /** Everything that the program got. */
  readonly heard: Buffer;
  /** null: the handshake was never done. */
  readonly session: Session | null;
  /** What the operator is told. */
  readonly message: string | null;
}

/**
 * Feeds the bytes and then an EOF, and fails unless the end is a clean one: a tunnel that is over
 * once and has wiped its engine, and, where the bytes are at fault, an error with a name and one
 * fatal alert for it, the last thing that was sent.
 */
export function judge(engine: Engine, bytes: Buffer, side: Side = SERVER): Verdict {
  const remote = new ScriptedEndpoint("remote");
  const local = new ScriptedEndpoint("local");
  const ends: (Error | null)[] = [];
  let session: Session | null = null;
  const tunnel = new Tunnel({
    engine,
    remote,
    closeNotify: false,
    enforceCloseNotify: false,
    established: (facts) => {
      session = facts;
      return local;
    },
    lingering: () => {},
    over: (failure) => ends.push(failure),
  });
  const pages = memoryOf(engine).length;
  limitCalls(engine, bytes.length);
  const run = () => {
    do tunnel.run();
    while (remote.advance());
  };
  if (bytes.length > 0) remote.deliver(bytes);
  run();
  const isOpen = ends.length === 0 && !engine.closed;
  const isEstablished = isOpen && engine.established;
  remote.deliver("EOF");
  run();
  if (ends.length === 0) {
    local.deliver("EOF");
    local.advance();
    run();
  }
  remote.forgetScript();
  expect(ends, "how the tunnel ended").toHaveLength(1);
  const failure = ends[0] ?? null;
  const [answer, heard] = [remote.takeSent(), local.takeSent()];
  expect(memoryOf(engine).length, "the memory's size").toBe(pages);
  expect(isBlank(memoryOf(engine)), "wiped").toBe(true);
  expectClean(failure, answer);
  const flight = flightIn(answer);
  const types = flight.map(({ type }) => type);
  const hasAnswered = answer.length > 0 && types.join() !== side.opening.join();
  const progress = isEstablished ? "established" : hasAnswered ? "answered" : "waits";
  const kind = isOpen ? progress : "refused";
  if (kind === "established" || kind === "answered") {
    expectFlight(types, isTls13(flight[0]) ? SERVER_OF_TLS13 : side);
  }
  return { kind, answer, heard, session, message: failure?.message ?? null };
}

/** How often each kind came, to see that a plan's mutants are not all of one kind. */
export class Tally {
  readonly refused = new Map<string, number>();
  readonly count = { refused: 0, established: 0, answered: 0, waits: 0 };

  add({ kind, message }: Verdict): void {
    this.count[kind]++;
    if (kind === "refused")
      this.refused.set(`${message}`, (this.refused.get(`${message}`) ?? 0) + 1);
  }
}

/** Many times more than a conversation needs. A loop ends here, as if the engine had trapped. */
function limitCalls(engine: Engine, length: number): void {
  const buffer = engine.buffer.bind(engine);
  let left = 1000 + 10 * length;
  engine.buffer = (channel) => {
    if (left-- === 0) throw new Error("the tunnel loops");
    return buffer(channel);
  };
}

function expectClean(failure: Error | null, answer: Buffer): void {
  const sent = records(answer);
  const version = hasKeysOfTls13(sent) ? "TLSv1.3" : "TLSv1.2";
  const alerts = sent.filter((record) => looksLikeAlert(record, version));
  if (failure === null || failure instanceof TruncationError) {
    expect(alerts.filter(({ body }) => body[0] === FATAL)).toEqual([]);
    return;
  }
  expect(failure, failure.stack).toBeInstanceOf(EngineError);
  const error = failure as EngineError;
  expect(error.reason, "an error with a name").not.toMatch(/^ERROR_/);
  expect(error.side).toBe("peer");
  if (error.isReceivedAlert) {
    expect(alerts).toEqual([]);
    return;
  }
  expect(error.message).toMatch(/sent the alert (?!internal_error)[a-z_]+$/);
  expect(sent.at(-1), "the last record").toBe(alerts[0]);
  expect(alerts).toHaveLength(1);
  // Under keys it can't be read.
  const isSealed = sent.some(({ type }) => type === RECORD.changeCipherSpec);
  if (!isSealed) expect(alerts[0]?.body[0]).toBe(FATAL);
}

const FATAL = 2;

/** The handshake messages in the clear. */
export function flightIn(answer: Buffer): { type: number; body: Buffer }[] {
  const all = records(answer);
  const sealed = all.findIndex(({ type }) => type === RECORD.changeCipherSpec);
  const clear = all
    .slice(0, sealed === -1 ? all.length : sealed)
    .filter(({ type }) => type === RECORD.handshake);
  return messages(Buffer.concat(clear.map(({ body }) => body)));
}

/** The types of messages of which what the engine says in the clear is made. */
interface Side {
  /** Said unasked. */
  readonly opening: readonly number[];
  readonly first: number;
  readonly last: readonly number[];
}

const SERVER: Side = {
  opening: [],
  first: MESSAGE.serverHello,
  last: [MESSAGE.serverHelloDone],
};

/** What follows its ServerHello is sealed. */
const SERVER_OF_TLS13: Side = { ...SERVER, last: [MESSAGE.serverHello] };

/** Is this a ServerHello with supported_versions (RFC 8446, 4.2.1)? */
function isTls13(message: { type: number; body: Buffer } | undefined): boolean {
  return message?.type === MESSAGE.serverHello && message.body.includes(SUPPORTED_VERSIONS);
}

/** After a ServerHello of TLS 1.3 that is no retry, alerts are sealed (RFC 8446, 2). */
function hasKeysOfTls13(sent: readonly TlsRecord[]): boolean {
  const clear = sent.filter(({ type }) => type === RECORD.handshake).map(({ body }) => body);
  const hellos = messages(Buffer.concat(clear)).filter(isTls13);
  return hellos.some(({ body }) => !body.includes(RETRY_RANDOM));
}

const SUPPORTED_VERSIONS = Buffer.of(0, 43, 0, 2, 3, 4);

export const CLIENT: Side = {
  opening: [MESSAGE.clientHello],
  first: MESSAGE.clientHello,
  last: [MESSAGE.clientKeyExchange, MESSAGE.certificateVerify],
};

function expectFlight(types: readonly number[], { first, last }: Side): void {
  expect(types[0], "the first message").toBe(first);
  expect(last, "the last message").toContain(types.at(-1));
}

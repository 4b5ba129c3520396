import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { mailboxOf } from "../engine/instances.ts";
import { type Mutant, mutant, type Plan, tell } from "../support/mutations.ts";
import { recordedFile } from "../support/recorded.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { CLIENT, judge, Tally, type Verdict } from "../tunnel/verdict.ts";
import { conversationMutators } from "./handshake-mutations.ts";
import { CLIENT_WORDS, engineFor, Keys, type Recording, readRecordings } from "./recordings.ts";

/**
 * Conversations of real programs, damaged, for a tunnel with an engine and a keeper behind it. In CI,
 * the seeds are fixed; `make fuzz` goes on from another seed each time, for FUZZ_SECONDS.
 * `mutant(plan, number)` makes a failure's input anew.
 */

const recordings = readRecordings();
const samples = recordings.map(({ name, bytes }) => ({ name, bytes }));

const seconds = Number(process.env["FUZZ_SECONDS"] ?? 0);

/** Mutants of a plan; where time is the limit, until it is looked at again. */
const COUNT = seconds > 0 ? 100 : 700;
const seeds = seconds > 0 ? [Date.now() % 1_000_000] : [1, 2];

test.each(seeds)(
  "damaged conversations all come to a clean end: seed %i",
  { timeout: (seconds + 60) * 1000 },
  (first) => {
    const keys = new Keys();
    const before = secretsOf(keys);
    const tally = new Tally();
    const begin = Date.now();
    let count = 0;
    for (let seed = first; ; seed++) {
      const plan: Plan = { seed, samples, mutators: conversationMutators, steps: 2 };
      for (let number = 0; number < COUNT; number++) {
        tally.add(outcomeOf(mutant(plan, number), keys));
        count++;
      }
      expectIntact(keys, before);
      if (Date.now() - begin >= seconds * 1000) break;
    }
    report(count, Date.now() - begin, tally);
    const { established, answered, waits, refused } = tally.count;
    const fewest = Math.min(established, answered, waits, refused);
    if (seconds === 0) expect(fewest, "of each kind").toBeGreaterThan(count / 400);
    expect(tally.refused.size, "different reasons").toBeGreaterThan(15);
  },
);

function outcomeOf(one: Mutant, keys: Keys): Verdict {
  const recording = recordings.find(({ name }) => name === one.sample) as Recording;
  const engine = engineFor(recording, keys);
  try {
    watch(engine);
    const verdict = judge(engine, one.bytes, recording.peerIsClient ? undefined : CLIENT);
    expectTrueWords(verdict, recording);
    return verdict;
  } catch (error) {
    throw new Error(tell(one, error), { cause: error });
  }
}

/** Nothing is there for the program before the handshake's end. */
function watch(engine: Engine): void {
  const buffer = engine.buffer.bind(engine);
  engine.buffer = (channel) => {
    const bytes = buffer(channel);
    if (channel === "recvapp" && bytes.length > 0) expect(engine.established).toBe(true);
    return bytes;
  };
}

/** The program hears what the peer said, or the beginning of it, and nothing else. */
function expectTrueWords({ heard, session }: Verdict, { peerIsClient }: Recording): void {
  if (session === null) expect(heard).toHaveLength(0);
  if (!peerIsClient) return;
  const words = heard.toString("latin1");
  // curl has more to say.
  const firstLine = CLIENT_WORDS.slice(0, CLIENT_WORDS.indexOf("\r\n"));
  expect(words.startsWith(firstLine) || firstLine.startsWith(words), words).toBe(true);
}

/** The keeper's memory but for its stack and its mailbox, where every call leaves something. */
function secretsOf({ keeper }: Keys): Buffer {
  const memory = Buffer.from(memoryOf(keeper));
  const mailbox = mailboxOf(keeper);
  memory.fill(0, mailbox.byteOffset, mailbox.byteOffset + mailbox.length);
  return memory.fill(0, 0, KEEPER_STACK);
}

/** keeper_STACK in the Makefile. */
const KEEPER_STACK = 65536;

function expectIntact(keys: Keys, before: Buffer): void {
  expect(secretsOf(keys).equals(before), "the keeper's memory is as it was").toBe(true);
  const message = Buffer.from("still the same key");
  const hash = createHash("sha256").update(message).digest();
  const signature = Buffer.alloc(512);
  const length = keys.of("rsa").sign(SHA256, hash, signature);
  const key = createPublicKey(readFileSync(recordedFile("rsa")));
  expect(verify("sha256", message, key, signature.subarray(0, length))).toBe(true);
}

/** BearSSL's identifier. */
const SHA256 = 4;

function report(count: number, milliseconds: number, { count: kinds, refused }: Tally): void {
  const rate = Math.round((count * 1000) / milliseconds);
  const ends = Object.entries(kinds).map(([kind, times]) => `${times} ${kind}`);
  console.log(
    `live tunnel: ${count} conversations, ${rate} a second: ${ends.join(", ")}, for ${refused.size} reasons`,
  );
}

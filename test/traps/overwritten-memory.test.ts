/**
 * An engine's memory is overwritten while it serves, as a bug in it could do: anywhere, at any
 * moment. Its connection may fail, with 98 and a line that says why; its memory is wiped, no key
 * leaves by it, and another connection of the same process loses and gets not a byte.
 *
 * TRAPS in the environment asks for another number of such accidents, and SEED for another series.
 */
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { Connection } from "../../src/connection/connection.ts";
import { describe, ExitCode, exitCodeOf } from "../../src/connection/exit-codes.ts";
import type { Engine } from "../../src/sandbox/engine.ts";
import { Search, secretsOf } from "../contract/secrets.ts";
import { identityOf, isBlank, newServer } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { within } from "../support/limits.ts";
import { Chance } from "../support/mutations.ts";
import { payload } from "../support/payload.ts";
import { duplexPair, memoryOf } from "../support/sandboxes.ts";

const ACCIDENTS = Number(process.env["TRAPS"] ?? 300);
const FIRST_SEED = Number(process.env["SEED"] ?? 1);
const BATCH = 50;

const credentials = Authority.root().issue();
const { chain, key } = identityOf(credentials);
const secrets = new Search(secretsOf(credentials));

/** How long a silent connection lasts: an engine may also just stop. */
const PATIENCE_MS = 300;

/** Of the event loop, until a client has everything that it will get. */
const LAST_TURNS = 20;

const WORDS = payload("what both say", 50_000);

/** One connection over streams, with a client that says something and a program that echoes it. */
class Party {
  readonly engine: Engine;
  readonly over: Promise<Error | null>;
  readonly established: Promise<unknown>;
  timesOver = 0;
  hasHeardAll = false;

  private readonly client: TLSSocket;
  private readonly wire: Duplex;
  private readonly heard: Buffer[] = [];
  private readonly onWire: Buffer[] = [];

  /** @param patience milliseconds; 0 is for ever */
  constructor(patience: number) {
    this.engine = newServer(credentials, { chain, key });
    const [network, wire] = duplexPair();
    this.wire = wire;
    wire.on("data", (chunk: Buffer) => this.onWire.push(chunk));
    wire.on("end", () => wire.end());
    this.over = new Promise((resolve) => {
      new Connection({
        engine: this.engine,
        network: { readable: network, writable: network },
        peer: "the test",
        closeNotify: false,
        enforceCloseNotify: false,
        handshakeTimeout: patience,
        idleTimeout: patience,
        keyUsed: () => {},
        established: () => {
          const [cleartext, program] = duplexPair();
          program.on("data", (chunk) => program.write(chunk));
          program.on("end", () => program.end());
          return { readable: cleartext, writable: cleartext };
        },
        over: (failure) => {
          this.timesOver++;
          resolve(failure);
        },
      });
    });
    this.client = connect({ socket: wire, rejectUnauthorized: false });
    this.client.on("error", () => {});
    this.client.on("data", (chunk: Buffer) => this.heard.push(chunk));
    this.client.on("end", () => {
      this.hasHeardAll = true;
    });
    this.established = Promise.race([
      once(this.client, "secureConnect").catch(() => {}),
      this.over,
    ]);
  }

  say(words: Uint8Array): void {
    if (!this.client.destroyed) this.client.write(words);
  }

  async hangUp(): Promise<Error | null> {
    if (!this.client.destroyed) this.client.end();
    const failure = await within(5000, "an end", this.over);
    // What is on its way to the client.
    for (let turns = 0; turns < LAST_TURNS && !this.hasHeardAll; turns++) await turn();
    this.wire.destroy();
    return failure;
  }

  get answer(): Buffer {
    return Buffer.concat(this.heard);
  }

  /** Everything that could be seen from outside. */
  get seen(): Buffer {
    return Buffer.concat([...this.onWire, ...this.heard]);
  }
}

/** What happens to the memory. */
function overwrite(memory: Uint8Array, chance: Chance): void {
  const length = [1, 4, 64, 4096, memory.length][chance.below(5)] as number;
  const last = memory.length - length;
  let from = chance.below(last + 1);
  // Most of it is not in use, or not yet: now and then, what is has the preference.
  if (chance.below(4) > 0) while (from < last && memory[from] === 0) from++;
  const content = [() => 0, () => 0xff, () => chance.below(256)][chance.below(3)] as () => number;
  for (let at = from; at < from + length; at++) memory[at] = content();
}

/** Before the first byte, in the handshake, right after it, or between what is said. */
async function untilSomeMoment(party: Party, chance: Chance): Promise<void> {
  switch (chance.below(4)) {
    case 0:
      return;
    case 1:
      for (let turns = chance.below(12); turns > 0; turns--) await turn();
      return;
    case 2:
      await party.established;
      return;
    default:
      await party.established;
      party.say(WORDS);
      for (let turns = chance.below(6); turns > 0; turns--) await turn();
  }
}

async function accident(seed: number): Promise<"noticed" | "unnoticed"> {
  const chance = new Chance(seed);
  const other = new Party(0);
  await other.established;
  other.say(WORDS);
  const victim = new Party(PATIENCE_MS);
  await untilSomeMoment(victim, chance);
  overwrite(memoryOf(victim.engine), chance);
  await victim.established;
  victim.say(WORDS);
  other.say(WORDS);
  const failure = await victim.hangUp();
  expect(await other.hangUp()).toBeNull();
  expect(other.answer.equals(Buffer.concat([WORDS, WORDS]))).toBe(true);
  expect(victim.timesOver).toBe(1);
  expect(isBlank(memoryOf(victim.engine))).toBe(true);
  expect(secrets.count(victim.seen), "stretches of the key").toBe(0);
  if (failure === null) return "unnoticed";
  expect(exitCodeOf(failure), failure.message).toBe(ExitCode.tls);
  expect(describe(failure)).toMatch(/^(TLS error: .+|idle for .+)$/);
  return "noticed";
}

it.each(
  Array.from({ length: Math.ceil(ACCIDENTS / BATCH) }, (_, batch) => FIRST_SEED + batch * BATCH),
)(
  `${BATCH} accidents from seed %i on`,
  async (first) => {
    let noticed = 0;
    for (let seed = first; seed < first + BATCH; seed++) {
      const outcome = await accident(seed).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
      });
      if (outcome === "noticed") noticed++;
    }
    expect(noticed).toBeGreaterThan(BATCH / 25);
  },
  120_000,
);

import { randomFillSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { Engine } from "../src/sandbox/engine.ts";
import { LONGEST_TICKET, type TicketIssue } from "../src/sandbox/engine-settings.ts";
import { serverEngines } from "../src/sandbox/engines.ts";
import { Keeper } from "../src/sandbox/keeper.ts";
import { readCertificates } from "../src/setup/certificate-file.ts";
import { readInto } from "../src/setup/read-into.ts";
import { repository } from "./repository.ts";
import type { Credentials } from "./scratch.ts";

/*
 * What a handshake costs a server's engine and its keeper, in TLS 1.2 and in TLS 1.3, where it is a
 * full one and where it resumes, and in TLS 1.2 as it was: Node's client
 * in this process, over memory in place of a socket. Only calls into our two modules count. The
 * versions take turns, so that whatever else the machine does meets both.
 */

const WARM_UP = 50;
const TURNS = 150;

export const VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;
export type Version = (typeof VERSIONS)[number];

/** Milliseconds. */
export interface HandshakeCost {
  readonly least: number;
  readonly median: number;
}

/** What takes turns: our modules, and those with BearSSL's own X25519 and SHA-256 (`BEFORE` in the Makefile). */
export const CONTENDERS = {
  "TLSv1.2, with BearSSL's X25519 and SHA-256": { folder: "build/before/dist", version: "TLSv1.2" },
  "TLSv1.2": { folder: "dist", version: "TLSv1.2" },
  "TLSv1.3": { folder: "dist", version: "TLSv1.3" },
} as const;
export type Contender = keyof typeof CONTENDERS;

export async function measureHandshakes(
  credentials: Credentials,
): Promise<Record<Contender, HandshakeCost>> {
  const contenders = Object.entries(CONTENDERS).map(([name, { folder, version }]) => ({
    ...{ name, version, costs: [] as number[] },
    make: serverMaker(credentials, { folder }),
  }));
  for (let turn = 0; turn < WARM_UP + TURNS; turn++) {
    for (const { make, version, costs } of contenders) {
      const cost = await handshake(make(), version);
      if (turn >= WARM_UP) costs.push(cost);
    }
  }
  const rows = contenders.map(({ name, costs }) => [name, summary(costs)]);
  return Object.fromEntries(rows) as Record<Contender, HandshakeCost>;
}

const MODES = ["full", "resumed"] as const;
export type Mode = (typeof MODES)[number];

/** Of TLS 1.3, with tickets; the two take turns. */
export async function measureResumption(
  credentials: Credentials,
): Promise<Record<Mode, HandshakeCost>> {
  const tickets = { count: 1, lifetime: LONGEST_TICKET };
  const make = serverMaker(credentials, { tickets });
  const ticket = await ticketOf(make());
  const costs: Record<Mode, number[]> = { full: [], resumed: [] };
  for (let turn = 0; turn < WARM_UP + TURNS; turn++) {
    for (const mode of MODES) {
      const session = mode === "resumed" ? ticket : undefined;
      const cost = await handshake(make(), "TLSv1.3", session);
      if (turn >= WARM_UP) costs[mode].push(cost);
    }
  }
  return { full: summary(costs.full), resumed: summary(costs.resumed) };
}

function summary(costs: number[]): HandshakeCost {
  const sorted = costs.toSorted((one, other) => one - other);
  return { least: sorted[0] ?? Number.NaN, median: sorted[TURNS >> 1] ?? Number.NaN };
}

function serverMaker(
  { keyFile, certFile }: Credentials,
  { tickets, folder = "dist" }: { tickets?: TicketIssue; folder?: string },
): () => Engine {
  const module = (name: string) =>
    new WebAssembly.Module(readFileSync(join(repository, folder, `${name}.wasm`)));
  const keeper = new Keeper(module("keeper"));
  const key = keeper.load((room) => readInto(keyFile, room));
  const chain = readCertificates(certFile);
  // An RSA key signs for TLS 1.3 only what it can verify.
  key.match(chain[0] as Uint8Array);
  const engine = module("engine");
  const make = serverEngines(engine, {
    profile: "modern",
    identity: { chain, key },
    clients: null,
    tickets,
  });
  return () => make({ now: Date.now(), seed: (room) => randomFillSync(room) });
}

/** A ticket leaves in front of the server's first byte. */
function ticketOf(engine: Engine): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, taken) {
        wire.push(talk(engine, chunk));
        taken();
        if (!engine.state.established) return;
        const room = engine.buffer("sendapp");
        room[0] = 1;
        engine.ack("sendapp", 1);
        engine.flush();
        wire.push(said(engine));
      },
    });
    const client = connect({ socket: wire, ...CLIENT, minVersion: "TLSv1.3" });
    client.on("error", reject);
    client.on("data", () => {});
    client.once("session", (ticket: Buffer) => {
      resolve(ticket);
      client.destroy();
      engine.wipe();
    });
  });
}

const CLIENT = {
  rejectUnauthorized: false,
  ciphers: "TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-CHACHA20-POLY1305",
  ecdhCurve: "X25519:P-256",
};

/** @returns the milliseconds that the server took */
function handshake(engine: Engine, version: Version, session?: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let spent = 0;
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, taken) {
        const began = performance.now();
        const answer = talk(engine, chunk);
        spent += performance.now() - began;
        if (answer.length > 0) wire.push(answer);
        taken();
        if (!engine.state.established) return;
        const { resumed } = engine.session();
        if (resumed === (session !== undefined)) resolve(spent);
        else reject(new Error(`the handshake was ${resumed ? "" : "not "}resumed`));
        client.destroy();
        engine.wipe();
      },
    });
    const client = connect({
      socket: wire,
      ...{ ...CLIENT, minVersion: version, maxVersion: version },
      ...(session && { session }),
    });
    client.on("error", reject);
  });
}

/** @returns what it answers to these */
export function talk(engine: Engine, records: Buffer): Buffer {
  const answer: Buffer[] = [];
  for (let at = 0; at < records.length; ) {
    const room = engine.buffer("recvrec");
    const count = Math.min(room.length, records.length - at);
    if (count === 0) throw new Error("the engine takes no records");
    room.set(records.subarray(at, at + count));
    engine.ack("recvrec", count);
    at += count;
    answer.push(said(engine));
  }
  return Buffer.concat(answer);
}

/** What it has for the network. */
export function said(engine: Engine): Buffer {
  const records: Buffer[] = [];
  for (let out = engine.buffer("sendrec"); out.length > 0; out = engine.buffer("sendrec")) {
    records.push(Buffer.from(out));
    engine.ack("sendrec", out.length);
  }
  return Buffer.concat(records);
}

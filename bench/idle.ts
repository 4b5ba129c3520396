import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Version } from "./handshake.ts";
import { Client } from "./load.ts";
import { type Footprint, footprintOf } from "./memory.ts";
import { CAT } from "./programs.ts";
import type { Credentials } from "./scratch.ts";
import { type Server, serve } from "./servers.ts";
import { SUITES } from "./suites.ts";

/** Connections that are held at once, if the system allows it, and if it is fast enough. */
const HELD = 2000;

/** Each half of them. */
const OPENING = { number: 16, duration: 9_000 };

/** A socket, and a pipe to prog and one back, if one process served all. */
const DESCRIPTORS_PER_CONNECTION = 3;

/** What server and client have open besides connections. */
const OTHER_DESCRIPTORS = 200;

/** Milliseconds of connections before anything is held: the servers' memory has grown by then. */
const WARM_UP = { number: 4, duration: 1000 };
const SETTLING = 1000;

/** One new connection after the other, for so many milliseconds. */
const NEWCOMER = { number: 1, duration: 700 };

/** socat and s6-tlsd have a process for each connection: `memory` shows what it takes. */
export const HOLDERS = ["s6-tlsserver", "stunnel"] as const;
export type Holder = (typeof HOLDERS)[number];

export interface Idle {
  readonly held: number;
  /** KiB a connection, of the server without its progs: what the second half of them took. */
  readonly growth: Footprint;
  /** Milliseconds of a new connection, with none beside it and with those that are held. */
  readonly alone: readonly number[];
  readonly meanwhile: readonly number[];
}

/** Ours alone: of TLS 1.3. */
export function measureIdleTls13(credentials: Credentials): Promise<Idle> {
  return hold("s6-tlsserver", credentials, "TLSv1.3");
}

export async function measureIdle(credentials: Credentials): Promise<Record<Holder, Idle>> {
  const measured = {} as Record<Holder, Idle>;
  for (const name of HOLDERS) measured[name] = await hold(name, credentials);
  return measured;
}

async function hold(
  name: Holder,
  credentials: Credentials,
  version: Version = "TLSv1.2",
): Promise<Idle> {
  const server = await serve(name, { credentials, prog: CAT });
  try {
    const { port } = server;
    return await observe(server, new Client({ port, suite: SUITES[0], credentials, version }));
  } finally {
    server.close();
  }
}

async function observe(server: Server, client: Client): Promise<Idle> {
  await client.load(WARM_UP);
  await server.quiet();
  const { latencies: alone } = await client.load(NEWCOMER);
  await server.quiet();

  // The first half takes the place of what earlier connections left for V8's collector.
  const half = Math.min(HELD, affordable()) / 2;
  const held = await client.hold(half, OPENING);
  await sleep(SETTLING);
  const before = footprintOfAll(server.standing);
  const more = await client.hold(half, OPENING);
  held.push(...more);
  const number = held.length;
  await sleep(SETTLING);
  const after = footprintOfAll(server.standing);

  const { latencies: meanwhile } = await client.load(NEWCOMER);
  const lost = held.filter((socket) => socket.readableEnded || socket.destroyed).length;
  if (lost > 0) throw new Error(`${server.name} gave up ${lost} of ${number} connections`);
  for (const socket of held) socket.destroy();
  const growth = {
    rss: (after.rss - before.rss) / more.length,
    pss: (after.pss - before.pss) / more.length,
  };
  return { held: number, growth, alone, meanwhile };
}

function footprintOfAll(pids: readonly number[]): Footprint {
  const footprints = pids.map(footprintOf);
  return {
    rss: footprints.reduce((sum, { rss }) => sum + rss, 0),
    pss: footprints.reduce((sum, { pss }) => sum + pss, 0),
  };
}

/** An even number, by the limit on open files, which Node has raised as far as it may, for its children, too. */
function affordable(): number {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const descriptors = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  return Math.floor((descriptors - OTHER_DESCRIPTORS) / DESCRIPTORS_PER_CONNECTION / 2) * 2;
}

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { open } from "./client.ts";
import { echo, source } from "./programs.ts";
import type { Credentials } from "./scratch.ts";
import { SERVER_NAMES, type Server, type ServerName, serve } from "./servers.ts";
import { median } from "./statistics.ts";
import { SUITES } from "./suites.ts";
import { within } from "./waiting.ts";

/** More than any server sends while it is looked at. */
const PLENTY = 4 * 1024 * 1024 * 1024;

/** Milliseconds until a tunnel at rest is at rest, and until one at full speed is warm. */
const SETTLING = 500;
const SAMPLES = 10;
const SAMPLE_INTERVAL = 50;

/** KiB of the process that carries one connection. */
export interface Footprint {
  /** Resident: what it has in physical memory. */
  readonly rss: number;
  /** Proportional: pages shared with other processes count by their share. */
  readonly pss: number;
}

export interface Memory {
  readonly atRest: Footprint;
  readonly atFullSpeed: Footprint;
}

export async function measureMemory(credentials: Credentials): Promise<Record<ServerName, Memory>> {
  const measured = {} as Record<ServerName, Memory>;
  for (const name of SERVER_NAMES) {
    const atRest = await observe(name, { credentials, prog: echo() }, false);
    const atFullSpeed = await observe(name, { credentials, prog: source(PLENTY) }, true);
    measured[name] = { atRest, atFullSpeed };
  }
  return measured;
}

async function observe(
  name: ServerName,
  service: { credentials: Credentials; prog: string },
  busy: boolean,
): Promise<Footprint> {
  const server = await serve(name, service);
  try {
    const { credentials } = service;
    const socket = await open({ port: server.port, suite: SUITES[0], credentials });
    if (!busy) socket.write("x");
    await within("the first byte", once(socket, "data"));
    if (busy) socket.on("data", () => {});
    await sleep(SETTLING);
    const footprint = await sample(server);
    socket.destroy();
    await server.quiet();
    return footprint;
  } finally {
    server.close();
  }
}

async function sample(server: Server): Promise<Footprint> {
  const pid = server.carrier();
  const samples: Footprint[] = [];
  for (let count = 0; count < SAMPLES; count++) {
    samples.push(footprintOf(pid));
    await sleep(SAMPLE_INTERVAL);
  }
  return {
    rss: median(samples.map(({ rss }) => rss)),
    pss: median(samples.map(({ pss }) => pss)),
  };
}

export function footprintOf(pid: number): Footprint {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const value = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  return { rss: value("Rss"), pss: value("Pss") };
}

import { once } from "node:events";
import { open } from "./client.ts";
import type { Version } from "./handshake.ts";
import { type Environment, ended, kill, start } from "./processes.ts";
import { program } from "./repository.ts";
import type { Credentials } from "./scratch.ts";
import { type AnySuite, SUITES, TLS13_SUITE } from "./suites.ts";
import { SuperServer } from "./super-server.ts";
import { within } from "./waiting.ts";

const ROUNDS = 15;

/** The first ones find cold caches, and are not counted. */
const WARM_UP_ROUNDS = 2;

/** With and without what the caller's environment makes Node do at its start. */
export const SURROUNDINGS = { clean: {}, callers: process.env } as const;
export type Surroundings = keyof typeof SURROUNDINGS;

export interface StartUp {
  /** Milliseconds from the start of `s6-tlsd -- cat` to the first byte that a client reads back. */
  readonly ours: number[];
  /** Milliseconds from the start of `node -e 0` to its end. */
  readonly bareNode: number[];
}

export async function measureStartUp(
  credentials: Credentials,
): Promise<Record<Surroundings, StartUp>> {
  const measured: Record<Surroundings, StartUp> = { clean: none(), callers: none() };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const surroundings of ["clean", "callers"] as const) {
      const environment = SURROUNDINGS[surroundings];
      const ours = await firstByte(credentials, environment);
      const bareNode = await bareLife(environment);
      if (round < 0) continue;
      measured[surroundings].ours.push(ours);
      measured[surroundings].bareNode.push(bareNode);
    }
  }
  return measured;
}

/** Milliseconds to the first byte, with a client of each version; they take turns. */
export async function measureFirstBytes(
  credentials: Credentials,
): Promise<Record<Version, number[]>> {
  const measured: Record<Version, number[]> = { "TLSv1.2": [], "TLSv1.3": [] };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [version, suite] of [
      ["TLSv1.2", SUITES[0]],
      ["TLSv1.3", TLS13_SUITE],
    ] as const) {
      const elapsed = await firstByte(credentials, SURROUNDINGS.clean, suite);
      if (round >= 0) measured[version].push(elapsed);
    }
  }
  return measured;
}

function none(): StartUp {
  return { ours: [], bareNode: [] };
}

/** The clock starts when the connection is accepted: before that there is nothing of ours. */
async function firstByte(
  credentials: Credentials,
  environment: Environment,
  suite: AnySuite = SUITES[0],
): Promise<number> {
  const command = [program("s6-tlsd"), "--", "cat"];
  const server = await SuperServer.of(command, credentials, environment);
  try {
    const socket = await open({ port: server.port, suite, credentials });
    socket.write("x");
    await within("the first byte", once(socket, "data"));
    const elapsed = performance.now() - server.start.at;
    socket.destroy();
    // Its end is no part of what is timed next.
    await within("the end of s6-tlsd", ended(server.start.child));
    return elapsed;
  } finally {
    server.close();
  }
}

/**
 * In the same environment as ours: with NODE_EXTRA_CA_CERTS, for one, Node takes several times as
 * long to start, and one side having it would make the ratio worthless.
 */
async function bareLife(environment: Environment): Promise<number> {
  const began = performance.now();
  const child = start([process.execPath, "-e", "0"], { environment });
  await within("bare Node", once(child, "exit"));
  const elapsed = performance.now() - began;
  if (child.exitCode !== 0) throw new Error(`bare Node ended with ${child.exitCode}`);
  kill(child);
  return elapsed;
}

import { once } from "node:events";
import { open } from "./client.ts";
import { ended, kill, start } from "./processes.ts";
import { program } from "./repository.ts";
import type { Credentials } from "./scratch.ts";
import { SUITES } from "./suites.ts";
import { SuperServer } from "./super-server.ts";
import { within } from "./waiting.ts";

const ROUNDS = 15;

/** The first ones find cold caches, and are not counted. */
const WARM_UP_ROUNDS = 2;

export interface StartUp {
  /** Milliseconds from the start of `s6-tlsd -- cat` to the first byte that a client reads back. */
  readonly ours: number[];
  /** The same with `-Y` and all the CAs that the system knows. */
  readonly asking: number[];
  /** Milliseconds from the start of `node -e 0` to its end. */
  readonly bareNode: number[];
}

export async function measureStartUp(credentials: Credentials): Promise<StartUp> {
  const measured: StartUp = { ours: [], asking: [], bareNode: [] };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const ours = await firstByte(credentials, []);
    const asking = await firstByte(credentials, ["-Y"]);
    const bareNode = await bareLife();
    if (round < 0) continue;
    measured.ours.push(ours);
    measured.asking.push(asking);
    measured.bareNode.push(bareNode);
  }
  return measured;
}

/** The clock starts when the connection is accepted: before that there is nothing of ours. */
async function firstByte(credentials: Credentials, options: string[]): Promise<number> {
  const command = [program("s6-tlsd"), ...options, "--", "cat"];
  const server = await SuperServer.of(command, credentials);
  try {
    const socket = await open({ port: server.port, suite: SUITES[0], credentials });
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
 * In the same bare environment as ours: with NODE_EXTRA_CA_CERTS, for one, Node takes several times
 * as long to start, and one side having it would make the ratio worthless.
 */
async function bareLife(): Promise<number> {
  const began = performance.now();
  const child = start([process.execPath, "-e", "0"]);
  await within("bare Node", once(child, "exit"));
  const elapsed = performance.now() - began;
  if (child.exitCode !== 0) throw new Error(`bare Node ended with ${child.exitCode}`);
  kill(child);
  return elapsed;
}

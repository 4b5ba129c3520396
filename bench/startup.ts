import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { open } from "./client.ts";
import { kill, start } from "./processes.ts";
import { program } from "./repository.ts";
import type { Credentials } from "./scratch.ts";
import { SUITES } from "./suites.ts";
import { within } from "./waiting.ts";

const ROUNDS = 15;

/** The first ones find cold caches, and are not counted. */
const WARM_UP_ROUNDS = 2;

export interface StartUp {
  /** Milliseconds from the start of `s6-tlsd -- cat` to the first byte that a client reads back. */
  readonly ours: number[];
  /** Milliseconds from the start of `node -e 0` to its end. */
  readonly bareNode: number[];
}

export async function measureStartUp(credentials: Credentials): Promise<StartUp> {
  const measured: StartUp = { ours: [], bareNode: [] };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const ours = await firstByte(credentials);
    const bareNode = await bareLife();
    if (round < 0) continue;
    measured.ours.push(ours);
    measured.bareNode.push(bareNode);
  }
  return measured;
}

/** The clock starts when the connection is accepted: before that there is nothing of ours. */
async function firstByte(credentials: Credentials): Promise<number> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const opening = open({ port, suite: SUITES[0], credentials });
  opening.catch(() => {});
  const [connection] = (await within("a connection", once(server, "connection"))) as [Socket];
  const began = performance.now();
  const child = start([program("s6-tlsd"), "--", "cat"], {
    environment: { KEYFILE: credentials.keyFile, CERTFILE: credentials.certFile },
    stdio: [connection, connection, "ignore"],
  });
  connection.destroy();
  server.close();
  try {
    const socket = await opening;
    socket.write("x");
    await within("the first byte", once(socket, "data"));
    const elapsed = performance.now() - began;
    socket.destroy();
    return elapsed;
  } finally {
    kill(child);
  }
}

async function bareLife(): Promise<number> {
  const began = performance.now();
  const child = start([process.execPath, "-e", "0"]);
  await within("bare Node", once(child, "exit"));
  const elapsed = performance.now() - began;
  kill(child);
  return elapsed;
}

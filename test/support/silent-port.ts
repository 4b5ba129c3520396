import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { eventually } from "./limits.ts";
import { start } from "./processes.ts";

const LISTEN_AND_STOP = `
  const server = require("node:net").createServer();
  server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
    require("node:fs").writeSync(1, server.address().port + "\\n");
    process.kill(process.pid, "SIGSTOP");
  });
`;

/**
 * A port of 127.0.0.1 where no answer comes for the rest of the test: its queue of connections is full, so that
 * the system drops new ones.
 */
export async function silentPort(): Promise<number> {
  const listener = start([process.execPath, "-e", LISTEN_AND_STOP]);
  await eventually("a listener", () => listener.stdout.includes("\n"));
  const port = Number(listener.stdout);
  await fill(port);
  return port;
}

/** The kernel answers by itself, but a busy machine may be slow to tell us. */
const ANSWER_MS = 1000;

/** Connects until no answer comes any more. */
async function fill(port: number): Promise<void> {
  const queued: Socket[] = [];
  onTestFinished(() => {
    for (const socket of queued) socket.destroy();
  });
  for (let waits = true; waits; ) {
    const socket = connect({ host: "127.0.0.1", port });
    queued.push(socket);
    socket.on("error", () => {});
    await Promise.race([once(socket, "connect"), sleep(ANSWER_MS)]);
    waits = !socket.connecting;
    if (queued.length > 20) throw new Error("the queue never fills");
  }
}

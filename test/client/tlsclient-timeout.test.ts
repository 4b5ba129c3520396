/**
 * An address that never answers is given up after -t milliseconds: here, one whose queue of
 * connections is full, so that the system drops whoever knocks.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { runClient } from "../support/tls-client-program.ts";

const LISTEN_AND_STOP = `
  const server = require("node:net").createServer();
  server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
    require("node:fs").writeSync(1, server.address().port + "\\n");
    process.kill(process.pid, "SIGSTOP");
  });
`;

const queued: Socket[] = [];

afterEach(() => {
  for (const socket of queued.splice(0)) socket.destroy();
});

it("-t: 111, and one line, once for every try", async () => {
  const listener = start([process.execPath, "-e", LISTEN_AND_STOP]);
  await eventually("a listener", () => listener.stdout.includes("\n"));
  const port = Number(listener.stdout);
  await fill(port);
  const authority = Authority.root();
  const started = Date.now();
  const options = ["-k", "server.test", "-t", "300", "-T", "2"];
  expect(await runClient({ authority, port, options })).toEqual({
    code: 111,
    signal: null,
    stdout: "",
    stderr: `s6-tlsclient: fatal: unable to connect to 127.0.0.1 port ${port}: no answer within 300 milliseconds\n`,
  });
  const passed = Date.now() - started;
  expect(passed).toBeGreaterThanOrEqual(600);
  expect(passed).toBeLessThan(5000);
});

/** Connects until nobody answers any more. */
async function fill(port: number): Promise<void> {
  for (let waits = true; waits; ) {
    const socket = connect({ host: "127.0.0.1", port });
    queued.push(socket);
    socket.on("error", () => {});
    await sleep(100);
    waits = !socket.connecting;
    if (queued.length > 20) throw new Error("the queue never fills");
  }
}

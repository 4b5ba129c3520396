/** Where one side is slow, the other is not read from, and everything arrives in the end. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { connect } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { backend, relayServer } from "../support/relays.ts";
import { childrenOf, residentMemory, roleOf } from "../support/server.ts";

const SIZE = 48 << 20;
/** What the system's buffers of two connections may hold, and much less than what is sent. */
const STUCK_BELOW = 32 << 20;

const chunk = Buffer.alloc(65_536, "0123456789abcdef");
const digest = () => createHash("sha256");

/** Writes all of it, as fast as it is taken, and counts. */
async function pour(socket: Socket, sent: { bytes: number }): Promise<void> {
  while (sent.bytes < SIZE) {
    sent.bytes += chunk.length;
    if (!socket.write(chunk)) await once(socket, "drain");
  }
  socket.end();
}

async function hashOf(socket: Socket): Promise<string> {
  const hash = digest();
  for await (const part of socket) hash.update(part as Buffer);
  return hash.digest("hex");
}

const EXPECTED = (() => {
  const hash = digest();
  for (let at = 0; at < SIZE; at += chunk.length) hash.update(chunk);
  return hash.digest("hex");
})();

interface Pair {
  readonly client: TLSSocket;
  readonly server: Socket;
  readonly memory: () => number;
}

async function connected(): Promise<Pair> {
  const accepted: Socket[] = [];
  const { port } = await backend((socket) => void accepted.push(socket));
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const client = await connect(serving, { allowHalfOpen: true });
  await eventually("the backend's connection", () => accepted.length === 1);
  const isWorker = (pid: number) => roleOf(pid) === "worker";
  const worker = childrenOf(serving.running.pid).find(isWorker) ?? 0;
  return { client, server: accepted[0] as Socket, memory: () => residentMemory(worker) };
}

/** Until nothing more is taken. */
async function untilStuck(sent: { readonly bytes: number }): Promise<void> {
  let before = -1;
  let since = Date.now();
  await eventually("nothing more is taken", () => {
    if (sent.bytes !== before) {
      before = sent.bytes;
      since = Date.now();
    }
    return sent.bytes > 0 && Date.now() - since > 700;
  });
}

it.each(["the backend", "the client"])("%s doesn't read for a while", async (slow) => {
  const { client, server, memory } = await connected();
  const [from, to] = slow === "the backend" ? [client, server] : [server, client];
  const sent = { bytes: 0 };
  const before = memory();
  const poured = pour(from, sent);
  await untilStuck(sent);
  expect(sent.bytes).toBeLessThan(STUCK_BELOW);
  expect(memory() - before).toBeLessThan(24);
  expect(await hashOf(to)).toBe(EXPECTED);
  await poured;
});

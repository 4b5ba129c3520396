/**
 * A client that has made a fatal error and goes on sending, without looking at what comes back,
 * still reads the alert: what arrives is dropped, so that no reset destroys the alert on its way.
 * It costs no memory, and no more time than the clock allows.
 */
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { MEMORY_BOUND } from "../support/bulk.ts";
import { Authority } from "../support/certificates.ts";
import { connectRaw } from "../support/clients.ts";
import { lastWords } from "../support/last-words.ts";
import { MemoryWatch } from "../support/memory-of.ts";
import { payload } from "../support/payload.ts";
import { ALERT, FATAL } from "../support/refusals.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { clearRecord } from "../support/tls12-messages.ts";
import { RECORD } from "../support/wire.ts";

const credentials = Authority.root().issue();
const prog = ["sh", "-c", "cat >/dev/null; exit 7"];

/**
 * Several times what the sockets between us hold; and a busy machine gets it through before the
 * server has lingered for long enough.
 */
const FLOOD = 8 << 20;
const OUTPUT = 64 << 20;
const noise = payload("after the error", 64 << 10);

/** How long we wait for a client to hang up, and what a busy machine may add. */
const LINGER_MS = 2000;
const SLACK_MS = 3000;

it("before the handshake", async () => {
  const listener = await serve({ credentials, prog });
  const client = await Tls12Client.connect(listener.port);
  const tunnel = await listener.tunnel();
  const memory = new MemoryWatch(tunnel);
  client.records.send(99, Buffer.of(1));
  await flood(client.records.socket, FLOOD);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.unexpectedMessage });
  expect(await tunnel.ended).toMatchObject({ code: 98 });
  expect(memory.peak).toBeLessThan(MEMORY_BOUND);
});

it("in the middle of the handshake", async () => {
  const listener = await serve({ credentials, prog });
  const client = await Tls12Client.connect(listener.port);
  const tunnel = await listener.tunnel();
  const memory = new MemoryWatch(tunnel);
  await client.upToKeys();
  client.records.send(RECORD.handshake, client.finished(Buffer.alloc(12)));
  await flood(client.records.socket, FLOOD);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.decryptError });
  expect(await tunnel.ended).toMatchObject({ code: 98 });
  expect(memory.peak).toBeLessThan(MEMORY_BOUND);
});

it("after the handshake", async () => {
  const listener = await serve({ credentials, prog });
  const client = await Tls12Client.connect(listener.port);
  const tunnel = await listener.tunnel();
  const memory = new MemoryWatch(tunnel);
  await client.establish();
  client.records.raw(clearRecord(RECORD.applicationData, noise.subarray(0, 100)));
  await flood(client.records.socket, FLOOD);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.badRecordMac, sealed: true });
  expect(await tunnel.ended).toMatchObject({ code: 7 });
  expect(memory.peak).toBeLessThan(MEMORY_BOUND);
});

it("with the program's output in the way, the alert comes after what was on its way", async () => {
  const output = payload("in the way", OUTPUT);
  const file = scratchFile("output", output);
  const all = scratchFile("all-written");
  const prog = ["sh", "-c", `cat ${file}; touch ${all}; exit 7`];
  const listener = await serve({ credentials, prog });
  const client = await Tls12Client.connect(listener.port);
  const tunnel = await listener.tunnel();
  const memory = new MemoryWatch(tunnel);
  await client.establish();
  let record = await client.records.next();
  // As long as the client reads nothing more, the network takes nothing more.
  const { socket } = client.records;
  for (let before = -1; before !== socket.bytesRead; await sleep(500)) before = socket.bytesRead;
  expect(existsSync(all), "all of the output was taken").toBe(false);
  client.records.raw(clearRecord(RECORD.applicationData, noise.subarray(0, 100)));
  const flooded = flood(socket, FLOOD);
  const heard: Buffer[] = [];
  for (; record?.type === RECORD.applicationData; record = await client.records.next()) {
    heard.push(record.content);
  }
  expect([...(record?.content ?? [])]).toEqual([FATAL, ALERT.badRecordMac]);
  expect(await client.records.next()).toBeNull();
  await flooded;
  client.records.socket.end();
  const prefix = Buffer.concat(heard);
  expect(prefix.length).toBeGreaterThan(0);
  expect(prefix.length).toBeLessThan(output.length);
  expect(prefix.equals(output.subarray(0, prefix.length))).toBe(true);
  expect(await tunnel.ended).toMatchObject({ code: 7 });
  expect(memory.peak).toBeLessThan(MEMORY_BOUND);
});

it("a client that never stops is hung up on", async () => {
  const listener = await serve({ credentials, prog });
  const socket = await connectRaw(listener.port);
  const tunnel = await listener.tunnel();
  const memory = new MemoryWatch(tunnel);
  const begin = Date.now();
  socket.write(clearRecord(99, Buffer.of(1)));
  const endless = flood(socket, Number.POSITIVE_INFINITY);
  // In the end there is a reset: the server reads no more.
  endless.catch(() => {});
  socket.on("error", () => {});
  expect(await tunnel.ended).toMatchObject({ code: 98 });
  expect(Date.now() - begin).toBeLessThan(LINGER_MS + SLACK_MS);
  expect(memory.peak).toBeLessThan(MEMORY_BOUND);
  socket.destroy();
  await expect(endless).rejects.toThrow();
});

/** Sends noise as fast as it is taken. @throws if the connection breaks */
async function flood(socket: Socket, amount: number): Promise<void> {
  const send = promisify((done: (error?: Error | null) => void) => socket.write(noise, done));
  for (let sent = 0; sent < amount; sent += noise.length) await send();
  // The server, too, has to have seen it all before the client looks.
  await sleep(100);
}

import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Meter } from "../support/metered-endpoint.ts";
import { GENEROUS, Scene } from "./scene.ts";

/** Every byte arrives, in order, however the streams cut them. */

const BYTEWISE: Meter = { arrivals: 1, writes: 1, blocks: false };
const BLOCKING: Meter = { arrivals: 7, writes: 100, blocks: true };

async function digest(stream: Readable): Promise<string> {
  const hash = createHash("sha256");
  stream.on("data", (chunk) => hash.update(chunk));
  await once(stream, "end");
  return hash.digest("hex");
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

test.each([
  ["whole", GENEROUS, GENEROUS],
  ["one byte at a time on the network", BYTEWISE, GENEROUS],
  ["one byte at a time at the program", GENEROUS, BYTEWISE],
  ["one byte at a time on both sides", BYTEWISE, BYTEWISE],
  ["short writes that would block every other time", BLOCKING, BLOCKING],
] as const)("%s: both directions are complete", async (_name, remote, local) => {
  const scene = new Scene({ remote, local, closeNotify: true });
  await once(scene.client, "secureConnect");
  const question = "question ".repeat(5000);
  const answer = "answer ".repeat(5000);
  scene.client.end(question);
  const asked = digest(scene.program);
  const answered = digest(scene.client);
  expect(await asked).toBe(sha256(question));
  scene.program.end(answer);
  expect(await answered).toBe(sha256(answer));
  expect(await scene.over).toBeNull();
  expect(scene.tunnel.count).toEqual({ toLocal: question.length, toRemote: answer.length });
  expect(scene.isWiped).toBe(true);
  expect(scene.timesOver).toBe(1);
});

test("a program that doesn't read stops the reading from the network", async () => {
  const full: Meter = { arrivals: 65536, writes: 65536, blocks: false };
  const scene = new Scene({ local: full });
  await once(scene.client, "secureConnect");
  // The handshake's end; from here on the program takes nothing.
  await new Promise((resolve) => setImmediate(resolve));
  expect(scene.local).not.toBeNull();
  if (scene.local !== null) scene.local.write = () => 0;
  const before = scene.remote.taken;
  scene.client.write(Buffer.alloc(1 << 20));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(scene.remote.taken - before).toBeLessThan(2 * 16384 + 1024);
  scene.tunnel.abort(new Error("enough"));
});

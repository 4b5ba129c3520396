/**
 * A signal for a prog that has not started yet: the worker tells it behind the order, and the spawner keeps it
 * until prog is there. The test is the spawner's primary and its worker, or the worker's spawner.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { FrameReader, sendFrame } from "../../src/server/frames.ts";
import { linkOf } from "../../src/server/messages.ts";
import { RemotePrograms } from "../../src/server/remote-programs.ts";
import { STANDARD_INPUT, STANDARD_OUTPUT } from "../../src/server/socket-label.ts";
import { eventually } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";
import { ANNOUNCEMENT, CLIENT, labelled, ORDER, spawnerFor } from "../support/spawner-by-hand.ts";

const SLEEPS = ["sleep", "60"];

async function giveSockets(path: string): Promise<void> {
  for (const purpose of [STANDARD_INPUT, STANDARD_OUTPUT] as const) await labelled(path, purpose);
}

const signalled = (signal: string) => ({ order: "kill", number: CLIENT.number, signal });

it.each([
  ["SIGTERM", ["SIGTERM", "SIGCONT"]],
  ["SIGKILL", ["SIGKILL"]],
])("%s ends it as soon as it is there", async (first, signals) => {
  const path = scratchFile("door");
  const { heard, told, tell, link } = await spawnerFor(path, SLEEPS);
  for (const message of [ORDER, ...signals.map(signalled)]) sendFrame(link, message);
  await giveSockets(path);
  await eventually("a question", () => heard.includes("unannounced"));
  tell(ANNOUNCEMENT);
  await eventually("prog's end", () => told.length > 0);
  const ending = { code: null, signal: first };
  expect(told).toEqual([{ report: "ended", number: CLIENT.number, ending }]);
});

it("for a prog that was denied it is forgotten", async () => {
  const path = scratchFile("door");
  const { heard, told, tell, link, programs } = await spawnerFor(path, SLEEPS);
  for (const message of [ORDER, signalled("SIGTERM")]) sendFrame(link, message);
  await eventually("a question", () => heard.includes("unannounced"));
  tell({ order: "deny", worker: 1, number: CLIENT.number });
  await eventually("the refusal", () => heard.includes("denied"));
  await giveSockets(path);
  tell(ANNOUNCEMENT);
  sendFrame(link, ORDER);
  // It sleeps: what was meant for another order would have ended it.
  await eventually("prog", () => programs().length > 0);
  sendFrame(link, signalled("SIGKILL"));
  await eventually("its end", () => told.length > 0);
  expect(told).toMatchObject([{ report: "ended", ending: { signal: "SIGKILL" } }]);
});

it("a worker tells it behind its order for that prog", async () => {
  const path = scratchFile("door");
  const told: unknown[] = [];
  const reader = new FrameReader();
  const link = createServer((socket) => {
    socket.on("data", (chunk) => void told.push(...reader.read(chunk)));
  });
  const doors = [createServer().listen(path), link.listen(linkOf(path))];
  onTestFinished(() => doors.forEach((door) => void door.close()));
  await Promise.all(doors.map((door) => once(door, "listening")));
  const running = new RemotePrograms(path, ["prog"]).launch({
    ...{ client: CLIENT, session: new Map(), proxied: new Map() },
    ...{ ended: () => {}, failed: () => {} },
  });
  running.kill("SIGTERM");
  await eventually("both", () => told.length === 2);
  expect(told).toEqual([ORDER, signalled("SIGTERM")]);
  for (const socket of [running.readable, running.writable]) socket.destroy();
});

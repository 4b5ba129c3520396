/**
 * A signal for a prog that has not started yet: the worker tells it behind the order, and the spawner keeps it
 * until prog is there. The test is the spawner's primary and its worker, or the worker's spawner.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { NOTHING_TOLD } from "../../src/server/access-answer.ts";
import { FrameReader, sendFrame } from "../../src/server/frames.ts";
import type { FromSpawner, ToSpawner } from "../../src/server/messages.ts";
import { linkOf } from "../../src/server/messages.ts";
import { RemotePrograms } from "../../src/server/remote-programs.ts";
import { labelOf, STANDARD_INPUT, STANDARD_OUTPUT } from "../../src/server/socket-label.ts";
import { eventually } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";
import { childrenOf } from "../support/server.ts";
import { program } from "../support/service.ts";

const NUMBER = 1;
const CLIENT = {
  ...{ number: NUMBER, openFromAddress: 1, told: NOTHING_TOLD },
  ...{ remoteAddress: "127.0.0.1", remotePort: 1, localAddress: "127.0.0.1", localPort: 2 },
};

/** A spawner whose progs sleep, one worker's door, and what the worker is told. */
async function spawnerFor(path: string) {
  const child = fork(program("s6-tlsserver"), ["127.0.0.1", "0", "sleep", "60"], {
    env: { PATH: process.env["PATH"], S6_TLSSERVER_ROLE: "spawner" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const heard: string[] = [];
  child.on("message", ({ report }: FromSpawner) => void heard.push(report));
  const tell = (order: ToSpawner) => void child.send(order);
  await eventually("a spawner", () => heard.includes("ready"));
  tell({ order: "open", worker: 1, path, group: null });
  await eventually("a door", () => heard.includes("listening"));
  const link = connect(linkOf(path));
  const told: unknown[] = [];
  const reader = new FrameReader();
  link.on("data", (chunk) => void told.push(...reader.read(chunk)));
  return { heard, told, tell, link, programs: () => childrenOf(child.pid ?? 0) };
}

/** Both sockets for prog, with their labels. */
async function giveSockets(path: string): Promise<void> {
  for (const purpose of [STANDARD_INPUT, STANDARD_OUTPUT] as const) {
    const socket = connect({ path, allowHalfOpen: true }).on("error", () => {});
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.write(labelOf(NUMBER, purpose), resolve));
  }
}

const ORDER = { order: "start", number: NUMBER, values: {}, proxied: {} };
const ANNOUNCEMENT: ToSpawner = { order: "announce", worker: 1, client: CLIENT };
const signalled = (signal: string) => ({ order: "kill", number: NUMBER, signal });

it.each([
  ["SIGTERM", ["SIGTERM", "SIGCONT"]],
  ["SIGKILL", ["SIGKILL"]],
])("%s ends it as soon as it is there", async (first, signals) => {
  const path = scratchFile("door");
  const { heard, told, tell, link } = await spawnerFor(path);
  for (const message of [ORDER, ...signals.map(signalled)]) sendFrame(link, message);
  await giveSockets(path);
  await eventually("a question", () => heard.includes("unannounced"));
  tell(ANNOUNCEMENT);
  await eventually("prog's end", () => told.length > 0);
  const ending = { code: null, signal: first };
  expect(told).toEqual([{ report: "ended", number: NUMBER, ending }]);
});

it("for a prog that was denied it is forgotten", async () => {
  const path = scratchFile("door");
  const { heard, told, tell, link, programs } = await spawnerFor(path);
  for (const message of [ORDER, signalled("SIGTERM")]) sendFrame(link, message);
  await eventually("a question", () => heard.includes("unannounced"));
  tell({ order: "deny", worker: 1, number: NUMBER });
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

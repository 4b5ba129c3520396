/**
 * Sockets of a worker that no prog gets: the spawner hangs up on the second one of two with the same
 * label, and on those for which there is no order. The test is the spawner's primary and its worker.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { NOTHING_TOLD } from "../../src/server/access-answer.ts";
import { sendFrame } from "../../src/server/frames.ts";
import { type FromSpawner, linkOf, type ToSpawner } from "../../src/server/messages.ts";
import {
  labelOf,
  type Purpose,
  STANDARD_INPUT,
  STANDARD_OUTPUT,
} from "../../src/server/socket-label.ts";
import { eventually, within } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";

const NUMBER = 1;
const CLIENT = {
  ...{ number: NUMBER, openFromAddress: 1, told: NOTHING_TOLD },
  ...{ remoteAddress: "127.0.0.1", remotePort: 1, localAddress: "127.0.0.1", localPort: 2 },
};

async function labelled(path: string, purpose: Purpose): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true }).on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.write(labelOf(NUMBER, purpose), resolve));
  return socket;
}

/** A spawner whose progs are cats, with one worker's door. */
async function spawnerFor(path: string) {
  const child = fork(program("s6-tlsserver"), ["127.0.0.1", "0", "cat"], {
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
  onTestFinished(() => void link.destroy());
  return { heard, tell, link };
}

it("prog has the first, and the second is closed", async () => {
  const path = scratchFile("door");
  const { heard, tell, link } = await spawnerFor(path);
  const first = await labelled(path, STANDARD_INPUT);
  const second = await labelled(path, STANDARD_INPUT);
  const output = await labelled(path, STANDARD_OUTPUT);
  const refused = new Promise((over) => second.once("end", over).once("close", over).resume());
  sendFrame(link, { order: "start", number: NUMBER, values: {}, proxied: {} });
  await eventually("a question", () => heard.includes("unannounced"));
  tell({ order: "announce", worker: 1, client: CLIENT });
  await within(10_000, "the end of the second", refused);
  first.write("hello");
  const [echoed] = await within(10_000, "prog's answer", once(output, "data"));
  expect(`${echoed}`).toBe("hello");
});

it("sockets for which no order comes are closed, and in ten seconds, not before", async () => {
  const path = scratchFile("door");
  const { link } = await spawnerFor(path);
  const began = performance.now();
  const unlabelled = connect({ path, allowHalfOpen: true }).on("error", () => {});
  onTestFinished(() => void unlabelled.destroy());
  const sockets = [unlabelled, await labelled(path, STANDARD_INPUT)];
  // One is reset, since its label was not read.
  const ends = sockets.map(
    (socket) => new Promise((over) => socket.once("end", over).once("close", over).resume()),
  );
  await within(30_000, "the end of both", Promise.all(ends));
  expect(performance.now() - began).toBeGreaterThan(9000);
  // Without an order for them, they are nothing that the worker did wrong.
  expect(link.destroyed).toBe(false);
}, 40_000);

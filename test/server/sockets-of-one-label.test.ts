/**
 * Two sockets of a worker with the same label: prog gets the one that came first, and the spawner hangs
 * up on the other. The test is the spawner's primary and its worker.
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

it("prog has the first, and the second is closed", async () => {
  const path = scratchFile("door");
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

  const first = await labelled(path, STANDARD_INPUT);
  const second = await labelled(path, STANDARD_INPUT);
  const output = await labelled(path, STANDARD_OUTPUT);
  const refused = Promise.race([once(second, "end"), once(second, "close")]);
  second.resume();
  sendFrame(link, { order: "start", number: NUMBER, values: {}, proxied: {} });
  await eventually("a question", () => heard.includes("unannounced"));
  tell({ order: "announce", worker: 1, client: CLIENT });
  await within(10_000, "the end of the second", refused);
  first.write("hello");
  const [echoed] = await within(10_000, "prog's answer", once(output, "data"));
  expect(`${echoed}`).toBe("hello");
});

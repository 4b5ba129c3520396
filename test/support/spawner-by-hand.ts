import { fork } from "node:child_process";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { NOTHING_TOLD } from "../../src/server/access-answer.ts";
import { FrameReader } from "../../src/server/frames.ts";
import { type FromSpawner, linkOf, type ToSpawner } from "../../src/server/messages.ts";
import { labelOf, type Purpose } from "../../src/server/socket-label.ts";
import { eventually } from "./limits.ts";
import { childrenOf } from "./server.ts";
import { program } from "./service.ts";

const NUMBER = 1;

export const CLIENT = {
  ...{ number: NUMBER, openFromAddress: 1, told: NOTHING_TOLD },
  ...{ remoteAddress: "127.0.0.1", remotePort: 1, localAddress: "127.0.0.1", localPort: 2 },
};

/** The primary's word on that client, and the worker's order for its prog. */
export const ANNOUNCEMENT: ToSpawner = { order: "announce", worker: 1, client: CLIENT };
export const ORDER = { order: "start", number: NUMBER, values: {}, proxied: {} };

export interface SpawnerByHand {
  /** The reports that the primary gets. */
  readonly heard: readonly string[];
  /** What the worker is told. */
  readonly told: readonly unknown[];
  /** As the primary. */
  readonly tell: (order: ToSpawner) => void;
  /** As the worker. */
  readonly link: Socket;
  readonly programs: () => number[];
}

/**
 * A spawner whose primary, and whose only worker, is the test.
 *
 * @param path where it listens for the worker
 */
export async function spawnerFor(path: string, prog: readonly string[]): Promise<SpawnerByHand> {
  const child = fork(program("s6-tlsserver"), ["127.0.0.1", "0", ...prog], {
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
  const told: unknown[] = [];
  const reader = new FrameReader();
  link.on("data", (chunk) => void told.push(...reader.read(chunk)));
  return { heard, told, tell, link, programs: () => childrenOf(child.pid ?? 0) };
}

/** A socket for prog of that client, whose label has been written. */
export async function labelled(path: string, purpose: Purpose): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true }).on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.write(labelOf(NUMBER, purpose), resolve));
  return socket;
}

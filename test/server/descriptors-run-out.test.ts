/**
 * With few descriptors, the server serves as many clients as it can, says what it refused, and
 * nothing is the worse for it afterwards: no slot is lost, and every line of the log is ours.
 */
import type { TLSSocket } from "node:tls";
import { expect, it, vi } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { everything, run } from "../support/processes.ts";
import { descriptorsOf, isAlive, type Server, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** The server, allowed so many descriptors in each of its processes. */
function serving(descriptors: number, line: string): Promise<Server> {
  const runner = ["sh", "-c", `ulimit -n ${descriptors}; exec "$@"`, "sh"];
  const prog = ["sh", "-c", 'echo "number $TCPCONNNUM"; exec cat'];
  return startServer({ authority, credentials, runner, prog, options: words(line) });
}

/** A client whose program has answered; null if it was refused. */
async function visitor(server: Server): Promise<TLSSocket | null> {
  try {
    const client = await connect(server);
    client.on("error", () => {});
    const answer = receiveUntil(client, "hello\n");
    client.write("hello\n");
    await answer;
    return client;
  } catch {
    return null;
  }
}

/** All at once. */
async function crowd(server: Server, size: number): Promise<TLSSocket[]> {
  const all = await Promise.all(Array.from({ length: size }, () => visitor(server)));
  return all.filter((client) => client !== null);
}

/** Every slot is free again, and clients are served. */
async function expectRecovery(server: Server): Promise<void> {
  await eventually("the programs' end", () => server.programs.length === 0);
  await vi.waitFor(async () => expect(await greeting(server)).toBe("number 1\n"), PATIENCE);
  expect(await crowd(server, 2)).toHaveLength(2);
}

/** The limit at which a process can open so many descriptors, and no more. */
function withFree(pid: number, count: number): number {
  const taken = descriptorsOf(pid);
  let limit = 0;
  for (let free = 0; free < count; limit++) if (!taken.has(limit)) free++;
  return limit;
}

/** Those who waited may still be on their way out. */
const PATIENCE = { timeout: 8_000, interval: 200 };

async function greeting(server: Server): Promise<string> {
  const client = await connect(server);
  return exchange(client, "");
}

function expectPlainLog(server: Server): void {
  for (const line of server.log) expect(line).toMatch(/^s6-tlsserver: (warning|error): /);
}

it("more clients at once than a worker has descriptors for wait for their turn", async () => {
  const server = await serving(64, "--workers 2 -c 60 -C 60");
  const { workers } = server;
  const greetings = await Promise.all(Array.from({ length: 40 }, () => greeting(server)));
  expect(greetings.filter((text) => /^number [0-9]+\n$/.test(text))).toHaveLength(40);
  expect(
    server.saying("there are descriptors for 8 connections in each worker; one waits"),
  ).not.toEqual([]);
  await expectRecovery(server);
  expect(server.workers).toEqual(workers);
  expectPlainLog(server);
});

it("a worker that has none for a program says so, keeps its other clients, and recovers", async () => {
  const server = await serving(1000, "--workers 1");
  const [worker = Number.NaN] = server.workers;
  const before = await connect(server);
  await receiveUntil(before, "\n");
  const limit = (count: number) => run(["prlimit", `--pid=${worker}`, `--nofile=${count}:1000`]);
  await limit(withFree(worker, 2));
  for (let turn = 1; turn <= 3; turn++) {
    await connect(server).then(everything);
    await server.logged("unable to run sh: Too many open files", turn);
  }
  await limit(1000);
  expect(await exchange(before, "still here")).toBe("still here");
  await expectRecovery(server);
  expect(server.workers).toEqual([worker]);
  expectPlainLog(server);
});

it("silent clients that take all descriptors of a worker", async () => {
  const server = await serving(48, "--workers 1 -c 100 -C 100 -K 300");
  const silent = await Promise.all(Array.from({ length: 20 }, () => connectRaw(server.port)));
  for (const socket of silent) socket.on("error", () => {}).resume();
  await server.logged("handshake not done");
  await eventually("the end of all", () =>
    silent.every((socket) => socket.readableEnded || socket.closed),
  );
  await expectRecovery(server);
  expectPlainLog(server);
});

it("clients that wait take all descriptors of the one that listens", async () => {
  const server = await serving(48, "--workers 1 -c 2 -C 2 -b 500 -K 1000");
  const waiting = await Promise.all(Array.from({ length: 100 }, () => connectRaw(server.port)));
  for (const socket of waiting) socket.on("error", () => {}).resume();
  expect(isAlive(server.pid)).toBe(true);
  await server.logged("one waits");
  await server.logged("8 connections wait already; one is dropped");
  for (const socket of waiting) socket.destroy();
  await expectRecovery(server);
  expectPlainLog(server);
});

it("a worker that can't be replaced for want of descriptors is replaced when there are some", async () => {
  const server = await serving(48, "--workers 2 -c 2 -C 2 -b 500 -K 1500");
  const waiting = await Promise.all(Array.from({ length: 60 }, () => connectRaw(server.port)));
  for (const socket of waiting) socket.on("error", () => {}).resume();
  await server.logged("one waits");
  process.kill(server.workers[0] ?? Number.NaN, "SIGKILL");
  await server.logged("died (SIGKILL)");
  for (const socket of waiting) socket.destroy();
  await eventually("the replacement", () => server.workers.length === 2);
  await expectRecovery(server);
  expectPlainLog(server);
});

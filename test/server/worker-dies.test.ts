/**
 * A worker that is killed takes its own connections with it, and no others; it is replaced, and its
 * death is told. When the one that listens is killed, what is open may still end by itself.
 */

import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { payload, sha256 } from "../support/payload.ts";
import { everything, run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { isAlive, type Server, startServer } from "../support/server.ts";
import { clientPorts } from "../support/sockets-of.ts";
import { asUser, publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

const FILE = payload("a reply", 1_000_000);
const REPLY = ["sh", "-c", 'read -r _; sleep 0.3; cat "$0"', scratchFile("reply", FILE)];

function serving(line: string, prog: string[]): Promise<Server> {
  return startServer({ authority, credentials, prog, options: words(line) });
}

interface Visitor {
  client: TLSSocket;
  /** The processes that serve it. */
  worker: number;
  program: number;
}

async function visitor(server: Server): Promise<Visitor> {
  const client = await connect(server);
  client.on("error", () => {});
  const program = Number(await receiveUntil(client, "\n"));
  const port = client.localPort ?? Number.NaN;
  const worker = server.workers.find((pid) => clientPorts(pid).includes(port)) ?? 0;
  return { client, program, worker };
}

const TELLS_PID = ["sh", "-c", "echo $$; exec cat"];

it("only its own connections end, and it is replaced", async () => {
  const server = await serving("--workers 2", TELLS_PID);
  const visitors = [];
  for (let turn = 0; turn < 4; turn++) visitors.push(await visitor(server));
  const victim = visitors[0]?.worker ?? 0;
  const lost = visitors.filter(({ worker }) => worker === victim);
  const programs = lost.map(({ program }) => program);
  expect(programs).toHaveLength(2);
  process.kill(victim, "SIGKILL");
  await server.logged(`worker ${victim} died (SIGKILL) with 2 connections; replacing it`);
  for (const { client, worker } of visitors) {
    if (worker === victim) await eventually("its end", () => client.resume().closed);
    else expect(await exchange(client, "not me")).toBe("not me");
  }
  await eventually("the replacement", () => server.workers.length === 2);
  await eventually("its programs' end", () => programs.filter(isAlive).length === 0);
});

it("its slots are free again", async () => {
  const server = await serving("--workers 2 -c 2 -C 2", TELLS_PID);
  const [one] = [await visitor(server), await visitor(server)];
  const waiting = visitor(server);
  await server.logged("one waits");
  process.kill(one?.worker ?? Number.NaN, "SIGKILL");
  await waiting;
  const another = visitor(server);
  await expect(within(300, "its turn", another)).rejects.toThrow("its turn");
});

it("the replacement serves, and is replaced in its turn", async () => {
  const server = await serving("--workers 1 -v", TELLS_PID);
  for (let turn = 1; turn <= 2; turn++) {
    const [victim = Number.NaN] = server.workers;
    process.kill(victim, "SIGKILL");
    await server.logged(/worker [0-9]+ died/, turn);
    // A client that comes meanwhile waits for it.
    const { client, worker } = await visitor(server);
    expect(worker).not.toBe(victim);
    expect(await exchange(client, "served")).toBe("served");
  }
});

it("under load, every reply of the others is whole", async () => {
  const go = scratchFile("go");
  const [half, wait, rest] = ['head -c 500000 "$0"', waitFor(go), 'tail -c +500001 "$0"'];
  const prog = ["sh", "-c", `${half}; ${wait}; ${rest}`, REPLY.at(-1) as string];
  const server = await serving("--workers 2 -c 100 -C 100", prog);
  const victim = server.workers[0] ?? 0;
  const replies = Array.from({ length: 12 }, () => replyTo(server));
  await eventually("programs", () => server.programs.length === 12);
  const lost = clientPorts(victim).length;
  expect(lost).toBeGreaterThan(0);
  process.kill(victim, "SIGKILL");
  await server.logged(`worker ${victim} died`);
  const late = Array.from({ length: 4 }, () => replyTo(server));
  writeFileSync(go, "");
  const whole = (await Promise.all(replies)).filter((digest) => digest === sha256(FILE));
  expect(whole).toHaveLength(12 - lost);
  expect(new Set(await Promise.all(late))).toEqual(new Set([sha256(FILE)]));
});

function waitFor(file: string): string {
  return `until [ -e ${file} ]; do sleep 0.05; done`;
}

/** The digest of what came, if it came to its end. */
async function replyTo(server: Server): Promise<string> {
  try {
    const client = await connect(server);
    client.write("please\n");
    return sha256(await everything(client));
  } catch {
    return "cut short";
  }
}

it("when the one that listens is killed, the late reply still comes, and the workers leave", async () => {
  const server = await serving("--workers 2", REPLY);
  const reply = replyTo(server);
  await eventually("the program", () => server.programs.length === 1);
  const { workers, programs, spawner = 0 } = server;
  server.signal("SIGKILL");
  expect(await reply).toBe(sha256(FILE));
  await eventually(
    "their end",
    () => [...workers, ...programs, spawner].filter(isAlive).length === 0,
  );
  expect(server.running.stderr).toBe("");
});

it("when the one that listens is killed, the grace holds for programs that ignore EOF", async () => {
  const prog = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"];
  const server = await serving("--workers 1 --grace 1", prog);
  await receiveUntil(await connect(server), "ready\n");
  const { workers, programs, spawner = 0 } = server;
  server.signal("SIGKILL");
  await sleep(400);
  expect(programs.filter(isAlive)).toHaveLength(1);
  await eventually(
    "their end",
    () => [...workers, ...programs, spawner].filter(isAlive).length === 0,
  );
});

it("when no process is to be had, the server goes on, and tries again", NEEDS_ROOT, async () => {
  const server = await startServer({
    ...{ authority, credentials, prog: ["cat"], options: ["--workers", "1"] },
    ...{ executable: publicProgram("s6-tlsserver"), runner: asUser(54_321) },
  });
  // Only the user itself may do this to its processes, if root's rights are as few as in a container.
  const limit = async (count: string) => {
    const command = ["prlimit", `--pid=${server.pid}`, `--nproc=${count}`];
    expect(await run([...asUser(54_321), ...command])).toMatchObject({ code: 0 });
  };
  await limit("1:100");
  process.kill(server.workers[0] ?? Number.NaN, "SIGKILL");
  await server.logged("unable to replace a worker: ", 2);
  await limit("100:100");
  await eventually("a replacement", () => server.workers.length === 1);
  expect(await exchange(await connect(server), "served")).toBe("served");
});

it("when the one that listens is killed, another server can take its port at once", async () => {
  const server = await serving("--workers 2", TELLS_PID);
  const { client } = await visitor(server);
  server.signal("SIGKILL");
  await eventually("its end", () => !isAlive(server.pid));
  const port = `${server.port}`;
  const next = await startServer({ authority, credentials, prog: ["cat"], port });
  expect(await exchange(await connect(next), "to the new one")).toBe("to the new one");
  expect(await exchange(client, "to the old one")).toBe("to the old one");
});

/**
 * What the other signals do: HUP is for the programs, QUIT for them and the server, ABRT ends them
 * all; and USR1 opens no inspector, neither in the process that listens nor in those with the keys.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { isAlive, type Server, startServer } from "../support/server.ts";
import { listeningPorts } from "../support/sockets-of.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Says which signals it gets; it can't be ended by TERM. */
const LISTENS = `
  trap 'echo "got TERM"' TERM
  trap 'echo "got CONT"' CONT
  echo ready
  while :; do sleep 0.05; done
`;

async function serving(
  script: string,
  count = 2,
): Promise<{ server: Server; clients: TLSSocket[] }> {
  const options = ["--workers", "2", "-v"];
  const server = await startServer({ authority, credentials, options, prog: ["sh", "-c", script] });
  const clients: TLSSocket[] = [];
  for (let turn = 0; turn < count; turn++) {
    const client = await connect(server);
    client.on("error", () => {});
    await receiveUntil(client, "ready\n");
    clients.push(client);
  }
  return { server, clients };
}

it("HUP sends TERM and CONT to every program, and the server goes on", async () => {
  const { server, clients } = await serving(LISTENS);
  const heard = clients.map(async (client) => receiveUntil(client, "got CONT\n"));
  server.signal("SIGHUP");
  for (const text of await Promise.all(heard)) expect(text).toContain("got TERM\n");
  await receiveUntil(await connect(server), "ready\n");
});

it("HUP ends a program that has no plans for TERM, even one that is stopped", async () => {
  const { server } = await serving("echo ready; kill -STOP $$; echo never", 1);
  server.signal("SIGHUP");
  await server.logged("prog was killed by SIGTERM");
});

it("QUIT does that, too, and drains", async () => {
  const { server, clients } = await serving(
    "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done",
    2,
  );
  const heard = clients.map((client) => receiveUntil(client, "bye\n"));
  server.signal("SIGQUIT");
  await Promise.all(heard);
  for (const client of clients) client.end();
  expect(await within(5_000, "its end", server.running.ended)).toMatchObject({ code: 0 });
  expect(server.saying("prog exited 3")).toHaveLength(2);
});

it("ABRT kills every program, and ends the server", async () => {
  const { server } = await serving(LISTENS);
  const processes = [...server.workers, ...server.programs];
  expect(processes).toHaveLength(4);
  server.signal("SIGABRT");
  expect(await within(3_000, "its end", server.running.ended)).toMatchObject({ code: 0 });
  expect(server.saying("prog was killed by SIGKILL")).toHaveLength(2);
  expect(processes.filter(isAlive)).toEqual([]);
});

it("TERM and HUP to a worker are none of its business", async () => {
  const { server, clients } = await serving("echo ready; cat", 2);
  const { workers } = server;
  for (const pid of workers) {
    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR2"] as const) {
      process.kill(pid, signal);
    }
  }
  await sleep(200);
  for (const client of clients) expect(await exchange(client, "still here")).toBe("still here");
  expect(server.workers).toEqual(workers);
});

it("a signal while a worker has just died harms nobody", async () => {
  const { server } = await serving("echo ready; cat", 1);
  const [worker = Number.NaN] = server.workers;
  // Both are waiting when the server goes on: it hears of the signal first.
  server.signal("SIGSTOP");
  process.kill(worker, "SIGKILL");
  server.signal("SIGHUP");
  server.signal("SIGUSR2");
  server.signal("SIGCONT");
  await server.logged(`worker ${worker} died`);
  await eventually("another worker", () => server.workers.length === 2);
  await receiveUntil(await connect(server), "ready\n");
});

it.each(["the one that listens", "a worker"])("USR1 to %s opens no inspector", async (which) => {
  const { server } = await serving("echo ready; cat", 1);
  const [worker = Number.NaN] = server.workers;
  const pid = which === "a worker" ? worker : server.pid;
  const before = listeningPorts(pid);
  process.kill(pid, "SIGUSR1");
  const deadline = Date.now() + 700;
  while (Date.now() < deadline && isAlive(pid)) {
    expect(before).toEqual(expect.arrayContaining(portsOf(pid)));
    await sleep(5);
  }
  expect(server.running.stderr).not.toContain("Debugger");
});

function portsOf(pid: number): number[] {
  try {
    return listeningPorts(pid);
  } catch {
    // It has just ended.
    return [];
  }
}

it("NODE_OPTIONS opens no inspector that stays, in any of the processes", async () => {
  const environment = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };
  const server = await startServer({ authority, credentials, environment });
  await server.logged("Debugger listening", 2);
  const ports = () => [server.pid, ...server.workers].flatMap(portsOf);
  await eventually("only its own port", () => ports().join() === `${server.port}`);
});

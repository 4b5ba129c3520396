/**
 * TERM: no new connection, and those that are open end by themselves, or after the grace, or at a
 * second TERM. The exit code is 0 then.
 */
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange, receiveUntil } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { isAlive, type Server, startServer } from "../support/server.ts";
import { listeningPorts } from "../support/sockets-of.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

const LATE_REPLY = ["sh", "-c", 'echo ready; request=$(cat); sleep 0.5; echo "late: $request"'];
const IGNORES_EOF = ["sh", "-c", "trap '' TERM HUP; echo ready; while :; do sleep 0.1; done"];

async function serving(
  line: string,
  prog: string[],
): Promise<{ server: Server; client: TLSSocket }> {
  const options = words(`--workers 2 ${line}`);
  const server = await startServer({ authority, credentials, options, prog });
  const client = await connect(server);
  client.on("error", () => {});
  await receiveUntil(client, "ready\n");
  return { server, client };
}

/** Processes that must be gone with the server. */
function everybody(server: Server): number[] {
  return [server.pid, ...server.workers, ...server.programs];
}

async function isRefused({ port }: Server): Promise<boolean> {
  const socket = connectTcp(port, "127.0.0.1");
  return once(socket, "connect").then(
    () => false,
    () => true,
  );
}

it("without a connection, it ends at once, and its workers with it", async () => {
  const server = await startServer({ authority, credentials });
  const processes = everybody(server);
  const begin = performance.now();
  expect(await server.stop()).toMatchObject({ code: 0, signal: null, stderr: "" });
  expect(performance.now() - begin).toBeLessThan(2_000);
  expect(processes.filter(isAlive)).toEqual([]);
});

it.each(["SIGTERM", "SIGINT"] as const)(
  "after %s an open connection goes on, and gets its late reply; new ones are refused",
  async (signal) => {
    const { server, client } = await serving("", LATE_REPLY);
    server.signal(signal);
    await eventually("its end as a listener", () => listeningPorts(server.pid).length === 0);
    expect(await isRefused(server)).toBe(true);
    client.write("a word, ");
    await sleep(100);
    expect(await exchange(client, "and another")).toBe("late: a word, and another\n");
    expect(await server.running.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  },
);

it("a client that is amid its handshake is served, too", async () => {
  const server = await startServer({ authority, credentials, options: ["-v"] });
  const socket = await connectRaw(server.port);
  await server.logged("1 open");
  server.signal("SIGTERM");
  await sleep(200);
  const client = await connect(server, { socket });
  expect(await exchange(client, "not too late")).toBe("not too late");
  expect(await server.running.ended).toMatchObject({ code: 0 });
});

it("clients that wait for a slot are hung up on", async () => {
  const { server, client } = await serving("-c 1", LATE_REPLY);
  const waiting = await connectRaw(server.port);
  waiting.on("error", () => {});
  await server.logged("one waits");
  const hungUp = new Promise((resolve) => waiting.once("end", resolve).once("close", resolve));
  waiting.resume();
  server.signal("SIGTERM");
  await within(2_000, "the end of the waiting client", hungUp);
  expect(await exchange(client, "first")).toBe("late: first\n");
  expect(await server.running.ended).toMatchObject({ code: 0 });
});

it("--grace 1 ends what is left, and a program that ignores EOF and TERM", async () => {
  const { server, client } = await serving("--grace 1 -v", IGNORES_EOF);
  const processes = everybody(server);
  const begin = performance.now();
  server.signal("SIGTERM");
  client.end();
  expect(await server.running.ended).toMatchObject({ code: 0, signal: null });
  expect(performance.now() - begin).toBeGreaterThan(950);
  expect(performance.now() - begin).toBeLessThan(4_000);
  expect(processes).toHaveLength(4);
  expect(processes.filter(isAlive)).toEqual([]);
  expect(server.saying("the server ended, prog was killed by SIGKILL")).toHaveLength(1);
});

it("--grace 0 ends it at once", async () => {
  const { server } = await serving("--grace 0", IGNORES_EOF);
  expect(await within(3_000, "the end", server.stop())).toMatchObject({ code: 0 });
});

it("a grace of years is no shorter than that", async () => {
  const { server, client } = await serving("--grace 4000000000", LATE_REPLY);
  server.signal("SIGTERM");
  await sleep(500);
  expect(await exchange(client, "plenty of time")).toBe("late: plenty of time\n");
  expect(await server.running.ended).toMatchObject({ code: 0, stderr: "" });
});

it("a second TERM ends it at once", async () => {
  const { server } = await serving("", IGNORES_EOF);
  const processes = everybody(server);
  server.signal("SIGTERM");
  await sleep(300);
  expect(server.running.isOver).toBe(false);
  server.signal("SIGTERM");
  expect(await within(3_000, "the end", server.running.ended)).toMatchObject({ code: 0 });
  expect(processes.filter(isAlive)).toEqual([]);
});

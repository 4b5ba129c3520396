/**
 * -c and -C, counted across all workers: over the first, a client waits and is served in its turn;
 * over the second, it is hung up on. A slot is free again when both tunnel and program have ended.
 */

import { once } from "node:events";
import { networkInterfaces } from "node:os";
import type { TLSSocket } from "node:tls";
import { describe, expect, it, vi } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange, receiveUntil } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { needs } from "../support/needs.ts";
import { type Server, type Serving, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

function serverWith(line: string, serving: Partial<Serving> = {}): Promise<Server> {
  return startServer({ authority, credentials, options: words(line), ...serving });
}

/** Clients whose program has answered. */
function visitors(server: Server, count: number): Promise<TLSSocket[]> {
  return Promise.all(Array.from({ length: count }, () => visitor(server)));
}

async function visitor(server: Server, localAddress = "127.0.0.1"): Promise<TLSSocket> {
  const client = await connect(server, { localAddress } as object);
  client.on("error", () => {});
  client.write("hello\n");
  await receiveUntil(client, "hello\n");
  return client;
}

/** The server hangs up on it before it can say anything. */
async function isHungUpOn(server: Server): Promise<boolean> {
  const socket = await connectRaw(server.port);
  socket.on("error", () => {});
  const over = new Promise((resolve) => socket.once("end", resolve).once("close", resolve));
  socket.resume();
  await within(5_000, "the end of the connection", over);
  return socket.bytesRead === 0;
}

describe.each(["1", "3"])("with %s workers", (workers) => {
  it("one over -c waits, and is served when another one ends", async () => {
    const server = await serverWith(`-c 3 -C 3 --workers ${workers}`);
    const [first] = await visitors(server, 3);
    const waiting = visitor(server);
    await server.logged("3 connections are open; one waits");
    await expect(within(500, "its turn", waiting)).rejects.toThrow("its turn");
    first?.end();
    const client = await waiting;
    expect(server.programs).toHaveLength(3);
    expect(await exchange(client, "goodbye")).toBe("goodbye");
  });

  it("one over -C is hung up on at once, and other addresses are served", async () => {
    const server = await serverWith(`-c 4 -C 2 --workers ${workers}`);
    const [first] = await visitors(server, 2);
    expect(await isHungUpOn(server)).toBe(true);
    await server.logged("warning: 127.0.0.1 has 2 connections already");
    await visitor(server, "127.0.0.2");
    first?.end();
    await eventually("the program is gone", () => server.programs.length === 2);
    // The one that counts hears of it a moment later.
    await vi.waitFor(() => visitor(server), { timeout: 5000 });
  });
});

it("TCPCONNNUM counts what is open from that address", async () => {
  const prog = ["sh", "-c", 'echo "number $TCPCONNNUM"; cat'];
  const server = await serverWith("-c 10 -C 10 --workers 2", { prog });
  const numbers: string[] = [];
  for (const localAddress of ["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.1"]) {
    const client = await connect(server, { localAddress } as object);
    numbers.push(await receiveUntil(client, "\n"));
  }
  expect(numbers).toEqual(["number 1\n", "number 2\n", "number 1\n", "number 3\n"]);
});

it("a slot is taken for as long as the program runs, though its client has left", async () => {
  const prog = ["sh", "-c", "trap 'exit 0' TERM; echo hello; while :; do sleep 0.05; done"];
  const server = await serverWith("-c 1 -v --workers 2", { prog });
  const client = await connect(server);
  await receiveUntil(client, "hello\n");
  client.destroy();
  const next = connect(server);
  await expect(within(500, "its turn", next)).rejects.toThrow("its turn");
  const [program = 0] = server.programs;
  process.kill(program, "SIGTERM");
  await receiveUntil(await next, "hello\n");
  expect(server.saying("1 closed")[0]).toContain("prog exited 0");
});

it("a slot is taken for as long as the tunnel lives, though its program has ended", async () => {
  const server = await serverWith("-c 1 -v --workers 2", {
    prog: ["head", "-c", "200000", "/dev/zero"],
  });
  const client = await connect(server, { highWaterMark: 1000 } as object);
  client.pause();
  const next = connect(server);
  await expect(within(500, "its turn", next)).rejects.toThrow("its turn");
  client.resume();
  await next;
});

it("-b: what is over the backlog, too, is dropped and told of", async () => {
  const server = await serverWith("-c 1 -b 2");
  await visitor(server);
  const waiting = [await connectRaw(server.port), await connectRaw(server.port)];
  expect(await isHungUpOn(server)).toBe(true);
  await server.logged("2 connections wait already; one is dropped");
  expect(waiting.map(({ closed }) => closed)).toEqual([false, false]);
});

it("by default, 40 in all, and half of them from one address", async () => {
  const server = await serverWith("-K 0");
  for (let count = 0; count < 20; count++) await connectRaw(server.port);
  expect(await isHungUpOn(server)).toBe(true);
  await server.logged("127.0.0.1 has 20 connections already");
  for (let count = 0; count < 20; count++) await connectRaw(server.port, "127.0.0.2");
  const late = await connectRaw(server.port, "127.0.0.3");
  const closed = once(late.resume(), "end");
  await server.logged("40 connections are open; one waits");
  await expect(within(300, "its end", closed)).rejects.toThrow("its end");
});

it.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [11, 6],
])("of -c %i, one address may have %i", async (all, half) => {
  const server = await serverWith(`-K 0 -c ${all}`);
  for (let count = 0; count < half; count++) await connectRaw(server.port);
  await connectRaw(server.port);
  await server.logged(all === 1 ? "1 connections are open" : `has ${half} connections already`);
});

it("one address can't take all places to wait, either", async () => {
  const server = await serverWith("-K 0 -c 2 -b 6");
  await connectRaw(server.port);
  await connectRaw(server.port, "127.0.0.2");
  for (let count = 0; count < 3; count++) await connectRaw(server.port);
  expect(await isHungUpOn(server)).toBe(true);
  await server.logged("127.0.0.1 has 3 that wait already");
  await connectRaw(server.port, "127.0.0.3");
  await server.logged("2 connections are open; one waits", 4);
});

it("a share of the places to wait is one at least", async () => {
  const server = await serverWith("-K 0 -c 3 -C 1 -b 2");
  for (const address of ["127.0.0.1", "127.0.0.2", "127.0.0.3"]) {
    await connectRaw(server.port, address);
  }
  await connectRaw(server.port, "127.0.0.4");
  await server.logged("3 connections are open; one waits");
  await connectRaw(server.port, "127.0.0.4");
  await server.logged("127.0.0.4 has 1 that wait already");
});

it("one address may wait again and again", async () => {
  const server = await serverWith("-c 1 -C 1 -b 2");
  let last = await visitor(server);
  for (let turn = 1; turn <= 4; turn++) {
    const next = visitor(server);
    await server.logged("1 connections are open; one waits", turn);
    last.destroy();
    last = await next;
  }
  expect(server.saying("that wait already")).toEqual([]);
});

/** An IPv6 address of this machine besides the loopback's. */
const another = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(
    ({ family, internal, scopeid }) => family === "IPv6" && !internal && scopeid === 0,
  )?.address;

describe("with two IPv6 addresses", needs("a second IPv6 address", another !== undefined), () => {
  it.each([
    ["", "2 connections", [1, 1, 2]],
    ["--ipv6-prefix 0", "2 connections", [1, 1]],
  ])("-C counts networks %s, and TCPCONNNUM addresses", async (line, _, numbers) => {
    const prog = ["sh", "-c", 'echo "$TCPCONNNUM"; cat'];
    const options = words(`-c 10 -C 2 --workers 1 ${line}`);
    const server = await startServer({ authority, credentials, options, prog, ip: "::" });
    const heard: number[] = [];
    for (const localAddress of ["::1", another, "::1"]) {
      const client = await connect(server, { host: "::1", localAddress } as object).catch(
        () => null,
      );
      if (client !== null) heard.push(Number(await receiveUntil(client, "\n")));
    }
    expect(heard).toEqual(numbers);
  });
});

it("clients that come and go in numbers leave every slot free", async () => {
  const server = await serverWith("-c 4 -C 4 --workers 2");
  const answers = await Promise.all(
    Array.from({ length: 24 }, async (_, turn) => exchange(await connect(server), `turn ${turn}`)),
  );
  expect(answers).toEqual(Array.from({ length: 24 }, (_, turn) => `turn ${turn}`));
  expect(await visitors(server, 4)).toHaveLength(4);
});

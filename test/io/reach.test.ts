import { getEventListeners, once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { dial } from "../../src/io/dial.ts";
import { reach, reachFirst } from "../../src/io/reach.ts";
import { eventually, within } from "../support/limits.ts";
import { silentPort } from "../support/silent-port.ts";

/** How addresses are reached, and what is left of an attempt that is over. */

const PATIENCE = 500;

/** A server that says back what it hears. */
async function echo(host = "127.0.0.1", port = 0): Promise<{ port: number; seen: Socket[] }> {
  const seen: Socket[] = [];
  const server = createServer((socket) => {
    seen.push(socket.on("error", () => {}));
    socket.pipe(socket);
  });
  server.listen({ host, port });
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of seen) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

async function answers(socket: Socket): Promise<string> {
  onTestFinished(() => void socket.destroy());
  socket.write("hello");
  const [bytes] = await once(socket, "data");
  return `${bytes}`;
}

describe("a connection that was made in time is let alone", () => {
  const silent = () => new Error("no answer");

  test("when its time is over", async () => {
    const { port } = await echo();
    const { signal } = new AbortController();
    const socket = await reach({ port }, { patience: PATIENCE, signal, silent });
    await sleep(PATIENCE + 100);
    expect(await answers(socket)).toBe("hello");
  });

  test("when what it was made for is aborted afterwards", async () => {
    const { port } = await echo();
    const controller = new AbortController();
    const { signal } = controller;
    const socket = await reach({ port }, { patience: 20_000, signal, silent });
    expect(getEventListeners(signal, "abort")).toEqual([]);
    controller.abort();
    expect(await answers(socket)).toBe("hello");
  });
});

describe("of the addresses of a place", () => {
  const reaching = (addresses: string[], port: number) =>
    reachFirst(
      [{ host: "place.test", port }],
      {
        ...{ patience: 20_000, signal: new AbortController().signal },
        addressesOf: async () => addresses,
      },
      () => {},
    );

  test("the next one is tried beside one that is silent", async () => {
    const port = await silentPort();
    await echo("127.0.0.3", port);
    // Before the silent one's process is ended, which is an answer.
    const reached = reaching(["127.0.0.1", "127.0.0.3"], port);
    const { socket } = await within(10_000, "the next address", reached);
    expect(socket.remoteAddress).toBe("127.0.0.3");
    expect(await answers(socket)).toBe("hello");
  });

  test("the next one is tried at once after one that refuses", async () => {
    const { port, seen } = await echo("127.0.0.3");
    const { socket } = await reaching(["127.0.0.2", "127.0.0.3"], port);
    expect(await answers(socket)).toBe("hello");
    expect(seen.length).toBe(1);
  });

  test("none that refuses: the first one's error is told", async () => {
    const { port } = await echo("127.0.0.9");
    const reached = reaching(["127.0.0.2", "127.0.0.3"], port);
    await expect(reached).rejects.toMatchObject({ code: "ECONNREFUSED", address: "127.0.0.2" });
  });
});

describe("of -T's two rounds", () => {
  const dialling = (addresses: string[], port: number, rounds: [number, number]) =>
    dial({
      ...{ addresses, port, rounds, localAddress: null, localPort: null },
      signal: new AbortController().signal,
    });

  test("a single address has the time of both", async () => {
    const port = await silentPort();
    const dialled = dialling(["127.0.0.1"], port, [300, 700]);
    await expect(dialled).rejects.toThrow("no answer within 1 seconds");
  });

  test("there is no second one if it has no time", async () => {
    const port = await silentPort();
    const dialled = dialling(["127.0.0.2", "127.0.0.1"], port, [300, 0]);
    await expect(dialled).rejects.toThrow("no answer within 0.3 seconds");
  });

  test("the second one reaches an address that was not there in the first", async () => {
    const port = await silentPort();
    const dialled = dialling(["127.0.0.3", "127.0.0.1"], port, [1000, 20_000]);
    const { seen } = await echo("127.0.0.3", port);
    expect(await answers(await dialled)).toBe("hello");
    await eventually("a connection", () => seen.length === 1);
  });
});

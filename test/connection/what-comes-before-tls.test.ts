import { getEventListeners, once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { exchange } from "../../src/connection/preface.ts";
import { readProxyHeader } from "../../src/connection/proxy-header.ts";

/** Once a PROXY header, or what is said in clear, is whole, its time has no say in what follows. */

const TIMEOUT = 500;
const EVENTS = ["data", "end", "close", "error"] as const;

/** Both ends of a connection. */
async function pair(): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const theirs = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [ours] = (await once(server, "connection")) as [Socket];
  onTestFinished(() => {
    server.close();
    for (const socket of [ours, theirs.on("error", () => {})]) socket.destroy();
  });
  return { ours, theirs };
}

/** How many hear each event. */
function listeners(socket: Socket): number[] {
  return EVENTS.map((event) => socket.listenerCount(event));
}

async function goesOn(ours: Socket, theirs: Socket): Promise<void> {
  const heard = once(ours, "data");
  ours.resume();
  await sleep(TIMEOUT + 100);
  theirs.write("later");
  const bytes = [(await heard)[0]];
  while (!Buffer.concat(bytes).includes("later")) bytes.push((await once(ours, "data"))[0]);
  expect(`${Buffer.concat(bytes)}`).toBe("hello later");
  expect(ours.writable).toBe(true);
}

test("a PROXY header", async () => {
  const { ours, theirs } = await pair();
  const before = listeners(ours);
  theirs.write("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nhello ");
  const reading = readProxyHeader(ours, TIMEOUT);
  ours.resume();
  const header = await reading;
  expect(header.ends).toMatchObject({ remoteAddress: "192.0.2.1" });
  expect(listeners(ours)).toEqual(before);
  await goesOn(ours, theirs);
});

test("a preface", async () => {
  const { ours, theirs } = await pair();
  const before = listeners(ours);
  const { signal } = new AbortController();
  theirs.write("begin");
  const push = () => ({ say: "", isDone: true, rest: Buffer.from("hello "), instead: null });
  const instead = await exchange(ours, { opening: "", push }, { timeout: TIMEOUT, signal });
  expect(instead).toBe(null);
  expect(listeners(ours)).toEqual(before);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  await goesOn(ours, theirs);
});

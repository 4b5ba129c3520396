/** What the library publishes by node:diagnostics_channel. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { EndMessage, HandshakeMessage, TrafficMessage } from "../../src/index.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, connectRaw, exchange } from "../support/clients.ts";
import { bearhug, listening, pairOf } from "../support/library.ts";
import { eventually } from "../support/limits.ts";
import { everything } from "../support/processes.ts";

const authority = Authority.root();
const pair = pairOf(authority.issue());
const ca = readFileSync(authority.certFile);

const handshakes: HandshakeMessage[] = [];
const traffic: TrafficMessage[] = [];
const ends: EndMessage[] = [];

const listeners: Record<string, (message: unknown) => void> = {
  "bearhug:handshake": (message) => handshakes.push(message as HandshakeMessage),
  "bearhug:traffic": (message) => traffic.push(message as TrafficMessage),
  "bearhug:end": (message) => ends.push(message as EndMessage),
};

beforeEach(() => {
  for (const list of [handshakes, traffic, ends]) list.length = 0;
  for (const [name, listener] of Object.entries(listeners)) subscribe(name, listener);
});

afterEach(() => {
  for (const [name, listener] of Object.entries(listeners)) unsubscribe(name, listener);
});

async function echo(): Promise<number> {
  const server = bearhug.createServer({ ...pair, handshakeTimeout: 400 }, (stream) =>
    stream.pipe(stream),
  );
  server.on("tlsClientError", () => {});
  return listening(server);
}

it("a handshake, its traffic and its end, of a server", async () => {
  const port = await echo();
  const client = await connect({ port, authority }, { maxVersion: "TLSv1.2" });
  expect(await exchange(client, "five!")).toBe("five!");
  await eventually("the end", () => ends.length === 1);
  const { seconds, ...facts } = handshakes[0] as HandshakeMessage;
  expect(facts).toEqual({
    ...{ role: "server", protocol: "TLSv1.2", resumed: false, group: null },
    cipher: client.getCipher()?.name ?? "ECDHE-ECDSA-CHACHA20-POLY1305",
  });
  expect(seconds).toBeGreaterThan(0);
  const sum = (name: keyof TrafficMessage) => traffic.reduce((all, one) => all + one[name], 0);
  expect([sum("bytesIn"), sum("bytesOut")]).toEqual([5, 5]);
  expect(ends[0]).toMatchObject({
    ...{ role: "server", established: true, failure: null, bytesIn: 5, bytesOut: 5 },
  });
  expect(ends[0]?.seconds).toBeGreaterThanOrEqual(seconds);
});

it("a client's, with its group", async () => {
  const port = await echo();
  const stream = bearhug.connect({ port, host: "127.0.0.1", servername: SERVER_NAME, ca });
  stream.end("x");
  expect(`${await everything(stream as never)}`).toBe("x");
  await eventually("both ends", () => ends.length === 2);
  expect(handshakes.map(({ role, group }) => [role, group]).sort()).toEqual([
    ["client", "X25519MLKEM768"],
    ["server", "X25519MLKEM768"],
  ]);
});

it("what failed, in a word: a time-out, a truncation, an alert of ours, a peer that may not come in", async () => {
  const port = await echo();
  await connectRaw(port);
  await eventually("a time-out", () => ends.some(({ failure }) => failure === "timeout"));
  (await connectRaw(port)).end(Buffer.from("16030102", "hex"));
  await eventually("a truncation", () => ends.some(({ failure }) => failure === "truncated"));
  (await connectRaw(port)).end("GET / HTTP/1.0\r\n\r\n");
  await eventually("a refusal", () => ends.some(({ failure }) => failure === "refused"));
  expect(ends.map(({ established }) => established)).toEqual([false, false, false]);
  const options = { port, host: "127.0.0.1", servername: SERVER_NAME, ca };
  bearhug.connect({ ...options, checkPeer: () => new Error("no") }).on("error", () => {});
  await eventually("not allowed", () => ends.some(({ failure }) => failure === "not-allowed"));
  await eventually("the alert", () => ends.some(({ failure }) => failure === "alert"));
});

it("without a subscriber nothing is made up for one", async () => {
  for (const [name, listener] of Object.entries(listeners)) unsubscribe(name, listener);
  const port = await echo();
  expect(await exchange(await connect({ port, authority }), "quiet")).toBe("quiet");
  expect([handshakes, traffic, ends]).toEqual([[], [], []]);
});

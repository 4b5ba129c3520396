/** Messages between workers and the spawner, which believes neither their lengths nor what is in them. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BadChannel, FrameReader, sendFrame } from "../../src/server/frames.ts";
import { scratchFile } from "../support/scratch.ts";

function frame(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}

async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true });
  const path = join(scratchFile("frames"), "..", `frames-${Math.random()}`);
  server.listen(path);
  await once(server, "listening");
  const accepted = once(server, "connection");
  const ours = connect(path);
  const [theirs] = (await accepted) as [Socket];
  server.close();
  return [ours, theirs];
}

describe("messages in pieces", () => {
  const messages = [{ a: 1 }, {}, { text: "é\n\0".repeat(500) }, { b: [1, { c: null }] }];
  const bytes = Buffer.concat(messages.map((message) => frame(JSON.stringify(message))));

  it.each([1, 2, 3, 5, 7, 64, 1000, bytes.length])(
    "of %d bytes come out whole, in order",
    (size) => {
      const reader = new FrameReader();
      const heard: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        heard.push(...reader.read(bytes.subarray(at, at + size)));
      }
      expect(heard).toEqual(messages);
    },
  );

  it("the longest one, byte by byte, takes seconds of processor time at most", () => {
    const reader = new FrameReader();
    const long = frame(JSON.stringify({ text: "x".repeat((1 << 20) - 11) }));
    expect(long.readUInt32BE()).toBe(1 << 20);
    const before = process.cpuUsage();
    let heard: unknown[] = [];
    for (const byte of long) heard = reader.read(Buffer.of(byte));
    expect(heard).toHaveLength(1);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});

it.each([
  ["a length of more than 1 MiB", Buffer.from([0, 0x10, 0, 1])],
  ["no JSON", frame("{")],
  ["nothing at all", frame("")],
  ["a list", frame("[1]")],
  ["null", frame("null")],
  ["a text", frame('"start"')],
])("%s is no message", (_, bytes) => {
  expect(() => new FrameReader().read(bytes)).toThrow(BadChannel);
});

it("to a side that takes nothing, no more than 1 MiB is held back", {
  timeout: 20_000,
}, async () => {
  const [ours, theirs] = await socketPair();
  const message = { text: "x".repeat(10_000) };
  let sent = 0;
  const sendAll = () => {
    for (; sent < 1000; sent++) sendFrame(ours, message);
  };
  expect(sendAll).toThrow(BadChannel);
  expect(ours.writableLength).toBeLessThan((1 << 20) + 20_000);
  ours.destroy();
  // A socket that is closed takes messages, and drops them.
  sendFrame(ours, message);
  theirs.destroy();
});

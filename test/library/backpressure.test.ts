import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { bearhug, listening, pairOf, secured, type TlsStream } from "../support/library.ts";
import { payload, sha256 } from "../support/payload.ts";
import { everything } from "../support/processes.ts";

const MIB = 1024 * 1024;

/** Kernel's buffers on both sides of a loopback connection, and ours, together stay below this. */
const BUFFERED_MAX = 16 * MIB;

const authority = Authority.root();
const server = { host: "127.0.0.1", servername: SERVER_NAME, ca: readFileSync(authority.certFile) };

async function pairOfStreams(): Promise<{ client: TlsStream; stream: TlsStream }> {
  const listener = bearhug.createServer(pairOf(authority.issue()));
  const port = await listening(listener);
  const arrived = once(listener, "secureConnection");
  const client = await secured(bearhug.connect({ ...server, port }));
  const [stream] = await arrived;
  return { client, stream: stream as TlsStream };
}

describe("data", () => {
  test("passes unchanged, both ways at once", async () => {
    const { client, stream } = await pairOfStreams();
    const up = payload("up", 4 * MIB);
    const down = payload("down", 4 * MIB + 1);
    const [gotUp, gotDown] = await Promise.all([
      everything(stream),
      everything(client),
      pipeline(Readable.from([up]), client),
      pipeline(Readable.from([down.subarray(0, 1), down.subarray(1)]), stream),
    ]);
    expect(sha256(gotUp)).toBe(sha256(up));
    expect(sha256(gotDown)).toBe(sha256(down));
    expect(client.count).toEqual({ received: down.length, sent: up.length });
  });

  test("passes unchanged when its memory is used again as soon as it was written", async () => {
    const { client, stream } = await pairOfStreams();
    const sent = payload("reused", 40 * 5000);
    const received = everything(stream);
    const memory = Buffer.alloc(5000);
    for (let at = 0; at < sent.length; at += memory.length) {
      sent.copy(memory, 0, at);
      await new Promise((resolve) => client.write(memory, resolve));
      memory.fill(0);
    }
    client.end();
    expect(sha256(await received)).toBe(sha256(sent));
  });

  test("that is not read stops its writer, and goes on later", async () => {
    const { client, stream } = await pairOfStreams();
    const chunk = payload("chunk", 64 * 1024);
    let written = 0;
    while (written < 2 * BUFFERED_MAX) {
      written += chunk.length;
      if (!client.write(chunk)) {
        const drained = once(client, "drain").then(() => true);
        if (!(await Promise.race([drained, sleep(300, false)]))) break;
      }
    }
    expect(written).toBeLessThan(BUFFERED_MAX);
    expect(stream.readableLength).toBeLessThan(MIB);
    const received = everything(stream);
    client.end();
    expect((await received).length).toBe(written);
  });

  test("in a thousand tiny pieces comes whole to openssl's library, and back", async () => {
    const listener = bearhug.createServer(pairOf(authority.issue()), (stream) => {
      stream.pipe(stream);
    });
    const client = await connect({ port: await listening(listener), authority });
    const pieces = Array.from({ length: 1000 }, (_, n) => `${n},`);
    const answer = everything(client);
    for (const piece of pieces) client.write(piece);
    client.end();
    expect((await answer).toString()).toBe(pieces.join(""));
  });
});

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, connectByWire } from "../support/clients.ts";
import {
  bearhug,
  failureOf,
  listening,
  nodeServer,
  pairOf,
  secured,
  type TlsStream,
} from "../support/library.ts";
import { within } from "../support/limits.ts";
import { everything } from "../support/processes.ts";
import { ALERT, FATAL, WARNING } from "../support/refusals.ts";
import { duplexPair } from "../support/sandboxes.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { clearRecord } from "../support/tls12-messages.ts";
import { RECORD } from "../support/wire.ts";

/** What ends when: one direction, both, or the whole connection. */

const authority = Authority.root();
const pair = pairOf(authority.issue());
const server = { host: "127.0.0.1", servername: SERVER_NAME, ca: readFileSync(authority.certFile) };
const NODE = { ...pair, maxVersion: "TLSv1.2", allowHalfOpen: true } as const;

/** A server of ours, and its stream to the next client. */
async function oneStream(options = {}): Promise<{ port: number; arrived: Promise<TlsStream> }> {
  const listener = bearhug.createServer({ ...pair, ...options });
  const port = await listening(listener);
  const arrived = once(listener, "secureConnection").then(([stream]) => stream as TlsStream);
  return { port, arrived: within(10_000, "a client", arrived) };
}

describe("end", () => {
  test("of a client leaves the late reply to be read", async () => {
    const port = await nodeServer(NODE, (socket) => {
      socket.resume();
      socket.on("end", () => setTimeout(() => socket.end("the late reply"), 50));
    });
    const stream = await secured(bearhug.connect({ ...server, port }));
    const answer = everything(stream);
    stream.end("a question");
    expect((await answer).toString()).toBe("the late reply");
    expect(stream.writableFinished).toBe(true);
  });

  test("of a server leaves the late question to be read", async () => {
    const { port, arrived } = await oneStream();
    const client = await connect({ port, authority }, { allowHalfOpen: true });
    const stream = await arrived;
    const question = everything(stream);
    stream.end("bye");
    expect((await everything(client)).toString()).toBe("bye");
    await sleep(20);
    client.end("but why?");
    expect((await question).toString()).toBe("but why?");
  });

  test("between two of ours leaves either direction alone", async () => {
    const { port, arrived } = await oneStream({ allowHalfOpen: true });
    const client = bearhug.connect({ ...server, port, allowHalfOpen: true });
    client.end("first");
    const stream = await arrived;
    expect((await everything(stream)).toString()).toBe("first");
    await sleep(20);
    const answer = everything(client);
    const closed = Promise.all([once(client, "close"), once(stream, "close")]);
    stream.end("second");
    expect((await answer).toString()).toBe("second");
    await within(1000, "both streams' end, with no time to linger", closed);
  });

  test("says close_notify: who insists on it is content", async () => {
    const { port, arrived } = await oneStream();
    const options = { ...server, port, enforceCloseNotify: true };
    const client = await secured(bearhug.connect(options));
    (await arrived).end("whole");
    expect((await everything(client)).toString()).toBe("whole");
  });

  test("is what the peer's end leads to, unless half-open connections are allowed", async () => {
    for (const allowHalfOpen of [false, true]) {
      const { port, arrived } = await oneStream({ allowHalfOpen });
      const client = await connect({ port, authority }, { allowHalfOpen: true });
      const stream = await arrived;
      stream.resume();
      client.end();
      await once(stream, "end");
      await sleep(20);
      expect(stream.writableEnded).toBe(!allowHalfOpen);
      client.destroy();
    }
  });

  test("without data at all is passed on before the handshake is done", async () => {
    const { port, arrived } = await oneStream();
    const client = bearhug.connect({ ...server, port });
    client.end();
    expect((await everything(await arrived)).length).toBe(0);
  });
});

describe("a stream that is written to and never read", () => {
  test.each([false, true])(
    "learns of the client's end (allowHalfOpen: %s)",
    async (allowHalfOpen) => {
      const { port, arrived } = await oneStream({ allowHalfOpen });
      const client = await connect({ port, authority }, { allowHalfOpen: true });
      const stream = await arrived;
      stream.write("welcome");
      const ended = within(2000, "the end", once(stream, "end"));
      client.end();
      await ended;
      if (allowHalfOpen) stream.end();
      await within(2000, "the close", once(stream, "close"));
    },
  );

  test("fails with its next write when the client has left behind unread data", async () => {
    const { port, arrived } = await oneStream();
    const client = await connect({ port, authority });
    const stream = await arrived;
    client.end("left unread");
    client.destroySoon();
    await once(client, "close");
    const failed = failureOf(stream);
    const writes = setInterval(() => stream.write("news"), 10);
    expect((await failed).code).toMatch(/^(EPIPE|ECONNRESET)$/);
    clearInterval(writes);
  });
});

describe("a transport that is destroyed under wrap", () => {
  const handshaken = async (allowHalfOpen: boolean) => {
    const [left, right] = duplexPair();
    const far = bearhug.wrap(right, { isServer: true, ...pair });
    far.on("error", () => {});
    const ca = readFileSync(authority.certFile);
    const options = { servername: SERVER_NAME, ca, allowHalfOpen };
    return { left, far, stream: await secured(bearhug.wrap(left, options)) };
  };

  test.each([false, true])("ends and closes it (allowHalfOpen: %s)", async (allowHalfOpen) => {
    const { left, stream } = await handshaken(allowHalfOpen);
    const over = Promise.all([once(stream, "end"), once(stream, "close")]);
    left.destroy();
    await within(2000, "end and close", over);
    expect(stream.destroyed).toBe(true);
  });

  test.each([false, true])("leaves what arrived (allowHalfOpen: %s)", async (allowHalfOpen) => {
    const { left, far, stream } = await handshaken(allowHalfOpen);
    far.write("the last words");
    await once(stream, "readable");
    left.destroy();
    await sleep(20);
    const closed = once(stream, "close");
    expect((await everything(stream)).toString()).toBe("the last words");
    await within(2000, "the close", closed);
  });

  test("is an error during the handshake", async () => {
    const [left] = duplexPair();
    const failed = failureOf(bearhug.wrap(left, { servername: null, ca: pair.cert }));
    left.destroy();
    expect(await failed).toMatchObject({ code: "ERR_BEARHUG_TRUNCATED" });
  });
});

describe("a connection that is cut", () => {
  test("is a truncation to who insists on close_notify, and an end to others", async () => {
    for (const enforceCloseNotify of [true, false]) {
      const { port, arrived } = await oneStream({ enforceCloseNotify });
      const { wire } = await connectByWire({ port, authority });
      const stream = await arrived;
      stream.resume();
      const end = enforceCloseNotify ? failureOf(stream) : once(stream, "end").then(() => null);
      wire.end();
      const failure = await end;
      if (enforceCloseNotify) {
        expect(failure).toMatchObject({ code: "ERR_BEARHUG_TRUNCATED", side: "peer" });
      }
    }
  });

  test("by destroy, before all was said, has no close_notify", async () => {
    const { port, arrived } = await oneStream();
    const options = { ...server, port, enforceCloseNotify: true };
    const client = await secured(bearhug.connect(options));
    client.resume();
    const failed = failureOf(client);
    (await arrived).destroy();
    expect((await failed).code).toMatch(/^(ERR_BEARHUG_TRUNCATED|ECONNRESET)$/);
  });

  test("by destroy with an error tells that error", async () => {
    const { port, arrived } = await oneStream();
    await secured(bearhug.connect({ ...server, port }));
    const stream = await arrived;
    const failed = failureOf(stream);
    stream.destroy(new Error("enough"));
    expect((await failed).message).toBe("enough");
  });

  test("by destroy with an error is cut at once, even after our end", async () => {
    const { port, arrived } = await oneStream({ allowHalfOpen: true });
    const client = await Tls12Client.connect(port);
    await client.establish();
    const stream = await arrived;
    stream.resume().end();
    await once(stream, "finish");
    const { socket } = client.records;
    const cut = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
    const failed = failureOf(stream);
    stream.destroy(new Error("enough"));
    expect((await failed).message).toBe("enough");
    // What is left alone with its peer would take these for seconds.
    const words = setInterval(() => socket.write("still there?"), 10);
    await within(1000, "the end of the connection", cut).finally(() => clearInterval(words));
  });

  test("by destroySoon has everything that was written", async () => {
    const { port, arrived } = await oneStream();
    const client = await secured(bearhug.connect({ ...server, port }));
    const answer = everything(client);
    const stream = await arrived;
    stream.write("all of it");
    stream.destroySoon();
    await once(stream, "close");
    expect((await answer).toString()).toBe("all of it");
  });

  test("lets nothing be written any more", async () => {
    const { port, arrived } = await oneStream({ allowHalfOpen: true });
    const client = await connect({ port, authority });
    const stream = await arrived;
    client.destroy();
    await once(stream.resume(), "end");
    const failed = failureOf(stream);
    const write = () => stream.write("anybody there?");
    const timer = setInterval(write, 10);
    expect((await failed).code).toMatch(/^(EPIPE|ECONNRESET)$/);
    clearInterval(timer);
  });
});

test("a forged record is a failure, whichever side has ended already", async () => {
  const [left, right] = duplexPair();
  const server = bearhug.wrap(right, { isServer: true, ...pair, allowHalfOpen: true });
  const options = { servername: SERVER_NAME, ca: readFileSync(authority.certFile) };
  const client = await secured(bearhug.wrap(left, { ...options, allowHalfOpen: true }));
  server.end();
  await once(client.resume(), "end");
  const failed = failureOf(server);
  left.write(Buffer.from([23, 3, 3, 0, 24, ...Buffer.alloc(24)]));
  left.end();
  expect(await failed).toMatchObject({ code: "ERR_BEARHUG_BAD_MAC", side: "peer" });
});

test("a fatal alert is a failure, also in answer to our end", async () => {
  const { port, arrived } = await oneStream({ allowHalfOpen: true });
  const client = await Tls12Client.connect(port);
  await client.establish();
  const stream = await arrived;
  stream.resume().end();
  const goodbye = await client.records.next();
  expect([...(goodbye?.content ?? [])]).toEqual([WARNING, ALERT.closeNotify]);
  const failed = failureOf(stream);
  client.records.send(RECORD.alert, Buffer.of(FATAL, ALERT.badRecordMac));
  expect(await failed).toMatchObject({
    code: "ERR_BEARHUG_RECV_FATAL_ALERT",
    side: "peer",
    alert: "bad_record_mac",
  });
});

test("a failure is no EOF to the reader, and the peer hears why", async () => {
  const { port, arrived } = await oneStream();
  const client = await Tls12Client.connect(port);
  await client.establish();
  const stream = await arrived;
  let ended = false;
  stream.resume().on("end", () => {
    ended = true;
  });
  const failed = failureOf(stream);
  client.records.raw(clearRecord(RECORD.applicationData, Buffer.alloc(24)));
  expect(await failed).toMatchObject({ code: "ERR_BEARHUG_BAD_MAC", side: "peer" });
  expect(ended).toBe(false);
  const alert = await client.records.next();
  expect([...(alert?.content ?? [])]).toEqual([FATAL, ALERT.badRecordMac]);
});

describe("a silent connection", () => {
  test("is told by the event timeout", async () => {
    const { port, arrived } = await oneStream();
    await secured(bearhug.connect({ ...server, port }));
    const stream = await arrived;
    await new Promise<void>((resolve) => stream.setTimeout(30, resolve));
    expect(stream.destroyed).toBe(false);
  });

  test.each([
    ["hears", (stream: TlsStream, client: TlsStream) => ({ silent: stream, speaks: client })],
    ["speaks", (stream: TlsStream) => ({ silent: stream, speaks: stream })],
  ] as const)("is not what one is that only %s", async (_, sides) => {
    const { port, arrived } = await oneStream();
    const client = (await secured(bearhug.connect({ ...server, port }))).resume();
    const stream = (await arrived).resume();
    const { silent, speaks } = sides(stream, client);
    const TIMEOUT = 2500;
    let times = 0;
    silent.setTimeout(TIMEOUT, () => times++);
    const end = Date.now() + TIMEOUT + 500;
    while (Date.now() < end) {
      speaks.write("a word");
      await sleep(100);
    }
    expect(times).toBe(0);
  });

  test("is told no more once the time is 0, or the stream is gone", async () => {
    const { port } = await oneStream();
    const stream = await secured(bearhug.connect({ ...server, port }));
    let times = 0;
    const listener = () => times++;
    stream.setTimeout(60_000, listener).setTimeout(0, listener);
    expect(stream.listenerCount("timeout")).toBe(0);
    stream.setTimeout(30, listener).destroy();
    // Timers end in the order in which they are due.
    await sleep(60);
    expect(times).toBe(0);
  });
});

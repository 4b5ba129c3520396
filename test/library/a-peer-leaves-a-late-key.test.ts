import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, test } from "vitest";
import type { Sign } from "../../src/index.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { clientHello, connectRaw } from "../support/clients.ts";
import { bearhug, type Failure, failureOf, listening, pairOf } from "../support/library.ts";
import { eventually, within } from "../support/limits.ts";
import { clearRecord } from "../support/tls12-messages.ts";
import { RECORD } from "../support/wire.ts";

/**
 * A key in a device has not answered yet, and the peer leaves: the connection is over at once, its
 * place is free, and the answer comes to nothing. The engine reads no records while it waits, so the
 * end may be behind some.
 */

const authority = Authority.root();
const { certFile } = authority.issue();
const cert = readFileSync(certFile);
const ca = readFileSync(authority.certFile);

const CHANGE_CIPHER_SPEC = clearRecord(RECORD.changeCipherSpec, Buffer.from([1]));
const ILLEGAL_PARAMETER = clearRecord(RECORD.alert, Buffer.from([2, 47]));
/** As much as a server skips at most (RFC 8446, 4.2.10: max_early_data_size is 16,384 here). */
const EARLY_DATA = clearRecord(RECORD.applicationData, Buffer.alloc(16_384, 1));

const BEHIND: Readonly<Record<string, Buffer>> = {
  nothing: Buffer.of(),
  "a ChangeCipherSpec": CHANGE_CIPHER_SPEC,
  "an alert": ILLEGAL_PARAMETER,
  "early data": EARLY_DATA,
  "early data and a ChangeCipherSpec": Buffer.concat([CHANGE_CIPHER_SPEC, EARLY_DATA]),
};

/** HELD_MAX of src/connection/stream-endpoint.ts. */
const HELD = 32_768;

/** How it leaves, and what is said of it. */
const WAYS: readonly (readonly [string, (socket: Socket) => void, string])[] = [
  ["half-closes", (socket) => socket.end(), "ERR_BEARHUG_TRUNCATED"],
  ["resets", (socket) => socket.resetAndDestroy(), "ECONNRESET"],
];

/** A key that never answers by itself. */
class Silent {
  private asked: () => void = () => {};
  private readonly answers: ((signature: Uint8Array) => void)[] = [];

  /** It is asked for one more signature. */
  nextCall(): Promise<void> {
    return new Promise((resolve) => {
      this.asked = resolve;
    });
  }

  readonly sign: Sign = () => {
    this.asked();
    return new Promise((resolve) => this.answers.push(resolve));
  };

  /** With what is no signature. */
  answer(): void {
    for (const give of this.answers.splice(0)) give(new Uint8Array(63));
  }
}

/** A server with one place, and no clock. */
async function serve(key: Silent) {
  const server = bearhug.createServer({ cert, sign: key.sign, handshakeTimeout: 0 });
  server.maxConnections = 1;
  return { server, port: await listening(server) };
}

/** A client that has said its hello, and whose signature is awaited. */
async function waiting(port: number, key: Silent): Promise<Socket> {
  const asked = key.nextCall();
  const socket = await connectRaw(port);
  socket.on("error", () => {}).resume();
  socket.write(await clientHello());
  await within(10_000, "a request for a signature", asked);
  return socket;
}

describe.each(Object.entries(BEHIND))("behind %s", (_, bytes) => {
  test.each(WAYS)("a client that %s is gone at once, and another has its place", async (...way) => {
    const [, leave, code] = way;
    const key = new Silent();
    const { server, port } = await serve(key);
    const socket = await waiting(port, key);
    const over = once(server, "tlsClientError");
    await sendAll(socket, bytes);
    leave(socket);
    const [error] = (await within(10_000, "the end", over)) as [Failure];
    expect(error.code).toBe(code);

    const next = await waiting(port, key);
    key.answer();
    // An unhandled rejection would end this process, and so the test. The second is refused for it.
    const [refused] = (await within(10_000, "the end", once(server, "tlsClientError"))) as [
      Failure,
    ];
    expect(refused.code).toBe("ERR_BEARHUG_NO_SIGNATURE");
    next.destroy();
  });
});

/** The system has them; the server's may have them before it hears of the end, or with it. */
async function sendAll(socket: Socket, bytes: Buffer): Promise<void> {
  if (bytes.length > 0) await new Promise((resolve) => socket.write(bytes, resolve));
}

test("a client that says more than it may is held back", async () => {
  const key = new Silent();
  const { server, port } = await serve(key);
  const connected = once(server, "connection");
  const socket = await waiting(port, key);
  const [ours] = (await connected) as [Socket];
  const over = once(server, "tlsClientError");
  socket.write(Buffer.alloc(64 << 20));
  await eventually("a pause", () => ours.isPaused() && ours.bytesRead > HELD);
  // What is held, the chunk that is one too many, one that Node has read ahead, and the hello.
  expect(ours.bytesRead).toBeLessThan(HELD + 2 * 65_536 + 4096);
  key.answer();
  const [error] = (await within(10_000, "the end", over)) as [Failure];
  expect(error.code).toBe("ERR_BEARHUG_NO_SIGNATURE");
});

test("a server that resets while its client's key is asked is gone at once", async () => {
  const key = new Silent();
  const own = pairOf(authority.issue());
  const server = createTlsServer({ ...own, ca, requestCert: true }).on("tlsClientError", () => {});
  const port = await listening(server);
  const connected = once(server, "connection");
  const asked = key.nextCall();
  const stream = bearhug.connect({
    ...{ port, ca, servername: SERVER_NAME, cert, sign: key.sign, handshakeTimeout: 0 },
  });
  const failure = failureOf(stream);
  const [socket] = (await within(10_000, "a connection", connected)) as [Socket];
  await within(10_000, "a request for a signature", asked);
  socket.resetAndDestroy();
  expect((await failure).code).toBe("ECONNRESET");
  key.answer();
});

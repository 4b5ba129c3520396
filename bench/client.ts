import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { OnReadOpts } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { Credentials } from "./scratch.ts";
import { type AnySuite, TLS13_SUITE } from "./suites.ts";
import { within } from "./waiting.ts";

/*
 * Node's own TLS, in this process: of the clients that a machine has at hand the fastest, so that
 * it holds the server up least. It downloads at about 600 to 800 MB/s where `socat OPENSSL:` makes
 * 500 to 700 and `openssl s_client` 150 to 350, and needs no start-up.
 */

/** As much as a write of the client brings; smaller ones cost it up to a third of its speed. */
const UPLOAD_PIECE = Buffer.alloc(256 * 1024);

export interface Target {
  readonly port: number;
  readonly suite: AnySuite;
  readonly credentials: Credentials;
}

/** A connection whose handshake is done, with the suite that was asked for. */
export async function open(target: Target, onread?: OnReadOpts): Promise<TLSSocket> {
  const version = target.suite === TLS13_SUITE ? "TLSv1.3" : "TLSv1.2";
  const options = {
    host: "127.0.0.1",
    port: target.port,
    servername: "localhost",
    ca: readFileSync(target.credentials.certFile),
    ciphers: target.suite,
    ...({ minVersion: version, maxVersion: version } as const),
    // Data that arrives in a buffer of ours costs less than an event for each piece.
    ...(onread && { onread }),
  };
  const socket = connect(options);
  await within("a handshake", once(socket, "secureConnect"));
  socket.setNoDelay(true);
  const { name } = socket.getCipher();
  if (name !== target.suite) throw new Error(`${name} was negotiated instead of ${target.suite}`);
  // What happens to the connection after the last byte is of no interest.
  socket.on("error", () => {});
  return socket;
}

/** Called around what is timed, while the connection stands. */
export interface Marks {
  began(): void;
  ended(): void;
}

/** Bytes a second, of a program that sends `bytes` bytes: from the first ones to the last. */
export async function download(target: Target, bytes: number, marks: Marks): Promise<number> {
  let began = 0;
  let first = 0;
  let received = 0;
  let done: (pace: number) => void;
  const finished = new Promise<number>((resolve) => {
    done = resolve;
  });
  const callback = (count: number): boolean => {
    received += count;
    if (began === 0) {
      marks.began();
      began = performance.now();
      first = received;
    }
    if (received === bytes) done(((bytes - first) / (performance.now() - began)) * 1000);
    return true;
  };
  const socket = await open(target, { buffer: Buffer.alloc(65536), callback });
  try {
    const pace = await within("a download", unlessClosed(socket, finished));
    marks.ended();
    return pace;
  } finally {
    socket.destroy();
  }
}

/**
 * Bytes a second, from the first one to the program's answer: it says a byte when it is there, and
 * another when it has read `bytes` bytes.
 */
export async function upload(target: Target, bytes: number, marks: Marks): Promise<number> {
  const socket = await open(target);
  try {
    await within("the program's start", once(socket, "data"));
    marks.began();
    const began = performance.now();
    const answer = once(socket, "data");
    send(socket, bytes);
    await within("an upload", unlessClosed(socket, answer));
    const pace = (bytes / (performance.now() - began)) * 1000;
    marks.ended();
    return pace;
  } finally {
    socket.destroy();
  }
}

function send(socket: TLSSocket, bytes: number): void {
  for (let left = bytes; left > 0; ) {
    const piece = UPLOAD_PIECE.subarray(0, Math.min(left, UPLOAD_PIECE.length));
    left -= piece.length;
    if (!socket.write(piece) && left > 0) {
      socket.once("drain", () => send(socket, left));
      return;
    }
  }
}

function unlessClosed<T>(socket: TLSSocket, promise: Promise<T>): Promise<T> {
  const closed = once(socket, "close").then(() => {
    throw new Error("the connection ended before its time");
  });
  closed.catch(() => {});
  return Promise.race([promise, closed]);
}

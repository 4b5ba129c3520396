import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import type { ReadStream } from "node:tty";
import { errnoOf } from "../cli/diagnostics.ts";
import type { Endpoint } from "../tunnel/endpoint.ts";
import type { Batches } from "./batches.ts";
import { StreamFailure } from "./stream-failure.ts";

const NOTHING = new Uint8Array(0);

/**
 * What a peer may rightly send while nothing is taken: early data that will be skipped, in records
 * (RFC 8446, 4.2.10), and a ChangeCipherSpec. A peer that sends more is noticed later.
 */
const HELD_MAX = 32_768;

/** Batches that may be on their way at once: one that the kernel takes, one being filled. */
const MAX_IN_FLIGHT = 2;

export interface StreamPair {
  /** What is behind them, for messages. */
  readonly name: "the network" | "prog" | "the backend" | "the client";
  readonly readable: Readable;
  readonly writable: Writable;
  readonly batches: Batches;
  /** Called whenever anything has changed; never from inside a call into the endpoint. */
  readonly changed: () => void;
}

/** Two streams of Node as one side of a tunnel. At most a chunk each way is held here, but for what `listen` lets in. */
export class StreamEndpoint implements Endpoint {
  arrived: Uint8Array = NOTHING;
  ended = false;
  failure: Error | null = null;
  broken = false;

  private readonly readable: Readable;
  private readonly writable: Writable;
  private batch: Buffer | null = null;
  private used = 0;
  private inFlight = 0;
  private ending = false;
  private finished = false;
  private stopped = false;
  private listens = false;

  constructor(private readonly pair: StreamPair) {
    this.readable = pair.readable;
    this.writable = pair.writable;
    // What is over already won't say so again.
    this.ended = this.readable.destroyed || this.readable.readableEnded;
    this.broken = this.writable.destroyed || this.writable.writableEnded;
    this.watchReadable();
    this.watchWritable();
  }

  take(count: number): void {
    this.listens = false;
    this.arrived = count === this.arrived.length ? NOTHING : this.arrived.subarray(count);
    if (this.arrived.length === 0 && this.readable.isPaused()) this.readable.resume();
  }

  listen(): void {
    this.listens = true;
    if (this.mayHoldMore && this.readable.isPaused()) this.readable.resume();
  }

  stopArrivals(): void {
    this.arrived = NOTHING;
    this.ended = true;
    this.stopped = true;
    // One socket for both directions can't be closed for one of them: what comes is dropped.
    if (isSame(this.readable, this.writable)) this.readable.resume();
    else this.readable.destroy();
  }

  write(bytes: Uint8Array): number {
    if (this.ending) return 0;
    if (this.batch === null) {
      if (this.inFlight === MAX_IN_FLIGHT) return 0;
      this.batch = this.pair.batches.take();
      this.used = 0;
    }
    const count = Math.min(bytes.length, this.batch.length - this.used);
    this.batch.set(count < bytes.length ? bytes.subarray(0, count) : bytes, this.used);
    this.used += count;
    if (this.used === this.batch.length) this.flush();
    return count;
  }

  flush(): void {
    const { batch } = this;
    if (batch === null) return;
    this.batch = null;
    this.inFlight++;
    const bytes = batch.subarray(0, this.used);
    // Streams other than sockets may use the buffer after their write callback: they get a copy.
    const own = this.writable instanceof Socket ? bytes : Buffer.from(bytes);
    this.writable.write(own, () => {
      this.inFlight--;
      this.pair.batches.give(batch);
      this.pair.changed();
    });
  }

  end(): void {
    if (this.ending) return;
    this.flush();
    this.ending = true;
    this.writable.end();
  }

  get drained(): boolean {
    return this.ending ? this.finished : this.batch === null && this.inFlight === 0;
  }

  private get mayHoldMore(): boolean {
    return this.listens && this.arrived.length < HELD_MAX;
  }

  private watchReadable(): void {
    this.readable.on("data", (chunk: Buffer) => {
      if (this.stopped) return;
      // Node resumes a child's output when the child exits, paused or not.
      this.arrived = this.arrived.length === 0 ? chunk : Buffer.concat([this.arrived, chunk]);
      this.pair.changed();
      if (this.arrived.length > 0 && !this.mayHoldMore) this.readable.pause();
    });
    this.readable.on("end", () => {
      if (this.wasReset) this.fail(reset());
      this.ended = true;
      this.pair.changed();
    });
    this.readable.on("error", (error) => {
      if (!this.isDeparture(error)) this.fail(error);
      this.pair.changed();
    });
    this.readable.on("close", () => {
      this.ended = true;
      this.pair.changed();
    });
  }

  private watchWritable(): void {
    this.writable.on("finish", () => {
      this.finished = true;
      this.pair.changed();
    });
    this.writable.on("error", (error) => {
      this.broken = true;
      // A reader that hangs up takes no more; that alone is no failure.
      if (!LEFT.includes(codeOf(error))) this.fail(error);
      this.pair.changed();
    });
    this.writable.on("close", () => {
      this.broken ||= !this.finished;
      this.pair.changed();
    });
  }

  /** How prog's end can look: it closed a socket of which it had not read all, or a terminal. */
  private isDeparture(error: Error): boolean {
    if (this.pair.name !== "prog") return false;
    const { isTTY } = this.readable as Partial<ReadStream>;
    return LEFT.includes(codeOf(error)) || (isTTY === true && codeOf(error) === "EIO");
  }

  /**
   * libuv tells of a reset behind bytes that were not read yet as of an EOF. That would make a part of
   * an answer the whole, and a peer that has gone one that only half-closed. But such a socket has no
   * peer any more. Once our own direction has ended, that is so after an EOF, too.
   */
  private get wasReset(): boolean {
    const { readable, ending } = this;
    if (ending || !(readable instanceof Socket) || this.pair.name === "prog") return false;
    // Of a UNIX socket, Node knows neither.
    return readable.localAddress !== undefined && readable.remoteAddress === undefined;
  }

  private fail(error: NodeJS.ErrnoException): void {
    this.failure ??= new StreamFailure(this.pair.name, error);
  }
}

/** As Node has it. */
function reset(): NodeJS.ErrnoException {
  const [code, syscall] = ["ECONNRESET", "read"];
  const error: NodeJS.ErrnoException = new Error(`${syscall} ${code}`);
  return Object.assign(error, { code, errno: errnoOf(code), syscall });
}

const LEFT = ["EPIPE", "ECONNRESET"];

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? "";
}

function isSame(readable: Readable, writable: Writable): boolean {
  return (readable as unknown) === writable;
}

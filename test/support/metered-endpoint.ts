import type { Duplex } from "node:stream";
import type { Endpoint } from "../../src/tunnel/endpoint.ts";

export interface Meter {
  /** How many bytes arrive at once. */
  readonly arrivals: number;
  /** How many bytes a write takes at most. */
  readonly writes: number;
  /** Every second write would block. */
  readonly blocks: boolean;
}

/**
 * An endpoint that measures out what it gives and takes, over one end of a pair of streams. It
 * fails on what the contract of Endpoint forbids.
 */
export class MeteredEndpoint implements Endpoint {
  ended = false;
  failure: Error | null = null;
  broken = false;
  arrivalsStopped = false;
  /** How many bytes were taken, in total. */
  taken = 0;

  private waiting = Buffer.alloc(0);
  private blocked = false;
  private finished = false;
  private scheduled = false;

  constructor(
    private readonly stream: Duplex,
    private readonly meter: Meter,
    private readonly changed: () => void,
  ) {
    stream.on("data", (chunk: Buffer) => {
      this.waiting = Buffer.concat([this.waiting, chunk]);
      this.schedule();
    });
    stream.on("end", () => {
      this.ended = true;
      this.schedule();
    });
  }

  get arrived(): Uint8Array {
    return this.waiting.subarray(0, this.meter.arrivals);
  }

  take(count: number): void {
    if (count < 1 || count > this.arrived.length) throw new Error(`take(${count})`);
    this.waiting = this.waiting.subarray(count);
    this.taken += count;
  }

  stopArrivals(): void {
    this.arrivalsStopped = true;
    this.waiting = Buffer.alloc(0);
    this.ended = true;
  }

  write(bytes: Uint8Array): number {
    if (bytes.length === 0) throw new Error("write of nothing");
    if (this.finished) throw new Error("write after end");
    this.blocked = this.meter.blocks && !this.blocked;
    if (this.blocked) {
      this.schedule();
      return 0;
    }
    const count = Math.min(bytes.length, this.meter.writes);
    this.stream.write(Buffer.from(bytes.subarray(0, count)));
    return count;
  }

  flush(): void {}

  end(): void {
    if (this.finished) return;
    this.finished = true;
    this.stream.end();
  }

  /** Nobody reads what leaves here any more. */
  breakOff(): void {
    this.broken = true;
    this.schedule();
  }

  /** The connection was reset. */
  reset(failure: Error): void {
    this.failure = failure;
    this.schedule();
  }

  get drained(): boolean {
    return true;
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.changed();
    });
  }
}

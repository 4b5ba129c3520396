import type { Endpoint } from "../../src/tunnel/endpoint.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** So much can be under way from here, in bytes; more would block. A long message is more. */
export const CAPACITY = 12_000;

/**
 * One side of a tunnel whose other side a scheduler moves, piece by piece. Calls that no tunnel
 * should make are noted down.
 */
export class Port implements Endpoint {
  arrived = NOTHING;
  ended = false;
  failure: Error | null = null;
  broken = false;

  /** What was written and not fetched yet. */
  private underWay = NOTHING;
  private unflushed: Uint8Array[] = [];
  private unflushedLength = 0;
  hasEnded = false;
  isStopped = false;
  taken = 0;
  written = 0;
  readonly violations: string[] = [];

  take(count: number): void {
    if (count < 1 || count > this.arrived.length) this.violations.push(`take(${count})`);
    this.arrived = this.arrived.subarray(count);
    this.taken += count;
  }

  stopArrivals(): void {
    this.isStopped = true;
    this.arrived = NOTHING;
    this.ended = true;
  }

  write(bytes: Uint8Array): number {
    if (bytes.length === 0) this.violations.push("a write of nothing");
    if (this.broken) this.violations.push("a write to what is broken");
    if (this.hasEnded) return 0;
    const room = CAPACITY - this.underWay.length - this.unflushedLength;
    const count = Math.min(bytes.length, room);
    if (count > 0) {
      this.unflushed.push(bytes.slice(0, count));
      this.unflushedLength += count;
      this.written += count;
    }
    return count;
  }

  flush(): void {
    if (this.unflushedLength === 0) return;
    this.underWay = Buffer.concat([this.underWay, ...this.unflushed]);
    this.unflushed = [];
    this.unflushedLength = 0;
  }

  end(): void {
    this.flush();
    this.hasEnded = true;
  }

  get drained(): boolean {
    return this.underWay.length === 0 && this.unflushedLength === 0;
  }

  /** Is there anything that `fetch` would bring? */
  get waiting(): number {
    return this.broken ? 0 : this.underWay.length;
  }

  fetch(count: number): Uint8Array {
    const piece = this.underWay.subarray(0, count);
    this.underWay = this.underWay.subarray(piece.length);
    return piece;
  }

  /** Something has come. */
  deliver(piece: Uint8Array): void {
    if (!this.isStopped) this.arrived = piece;
  }

  /** What is written here is not taken any more. */
  breakOff(): void {
    this.broken = true;
    this.underWay = NOTHING;
  }

  fail(failure: Error): void {
    this.failure = failure;
    this.arrived = NOTHING;
    this.ended = true;
  }
}

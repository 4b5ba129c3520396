import { afterEach, expect } from "vitest";
import type { Endpoint } from "../../src/tunnel/endpoint.ts";

/** What comes from outside, one after the other: bytes, the EOF, or a failure to read. */
export type Arrival = Uint8Array | "EOF" | Error;

const NOTHING = new Uint8Array(0);

/**
 * One side of a tunnel in the test's hands. What arrives, and how much each write may take, is a
 * script; a script that is not used up when the test ends fails it, and so does a call that no
 * tunnel should make.
 */
export class ScriptedEndpoint implements Endpoint {
  arrived: Uint8Array = NOTHING;
  ended = false;
  failure: Error | null = null;
  broken = false;

  /** What the tunnel asked for besides reading and writing, in order. */
  readonly calls: ("end" | "stop")[] = [];
  /** How much a write may take when the script of writes is over. */
  otherwise = Number.POSITIVE_INFINITY;
  /** The operating system is slow: what leaves stays ours. */
  holdsBack = false;

  /** How often the tunnel wrote. */
  writeCount = 0;
  /** How many pieces left. */
  pieceCount = 0;
  /** How many bytes it took of what arrived. */
  taken = 0;

  private changed = false;
  private readonly arrivals: Arrival[] = [];
  private readonly writes: number[] = [];
  private readonly violations: string[] = [];
  private readonly unflushed: Uint8Array[] = [];
  private readonly flushed: Uint8Array[] = [];

  constructor(private readonly name: string) {
    endpoints.add(this);
  }

  /** Adds to the script of arrivals. */
  deliver(...arrivals: readonly (Arrival | string)[]): void {
    for (const arrival of arrivals) {
      const isText = typeof arrival === "string" && arrival !== "EOF";
      this.arrivals.push(isText ? Buffer.from(arrival) : (arrival as Arrival));
    }
  }

  /** Adds to the script of writes: so much may each of the next ones take; 0 would block. */
  allow(...counts: readonly number[]): void {
    this.writes.push(...counts);
  }

  /**
   * Makes the next arrival visible if the one before was taken, and room where a write of the script
   * would have blocked; what was flushed has drained. False if nothing has changed.
   */
  advance(): boolean {
    const changed = this.changed;
    this.changed = false;
    return this.nextArrival() || changed;
  }

  private nextArrival(): boolean {
    if (this.arrived.length > 0 || this.ended) return false;
    const next = this.arrivals.shift();
    if (next === undefined) return false;
    if (next === "EOF") this.ended = true;
    else if (next instanceof Error) this.failure = next;
    else this.arrived = next;
    return true;
  }

  /** What the tunnel sent since the last call: only what it flushed has left. */
  takeSent(): Buffer {
    return Buffer.concat(this.flushed.splice(0));
  }

  /** In the text of what was sent since the last call. */
  takeText(): string {
    return this.takeSent().toString();
  }

  /** Forgets what of the script is left, in tests that cut a conversation short. */
  forgetScript(): void {
    this.arrivals.length = 0;
    this.writes.length = 0;
  }

  /** What is wrong at the end of a test. */
  complaints(): string[] {
    const left: string[] = [];
    if (this.arrivals.length > 0) left.push(`${this.arrivals.length} arrivals were never read`);
    if (this.writes.length > 0) left.push(`${this.writes.length} writes never came`);
    return [...this.violations, ...left].map((text) => `${this.name}: ${text}`);
  }

  take(count: number): void {
    if (count < 1 || count > this.arrived.length) {
      this.violations.push(`took ${count} of ${this.arrived.length} bytes`);
    }
    this.arrived = this.arrived.subarray(count);
    this.taken += count;
  }

  stopArrivals(): void {
    this.calls.push("stop");
    this.arrived = NOTHING;
    this.ended = true;
  }

  write(bytes: Uint8Array): number {
    if (bytes.length === 0) this.violations.push("wrote nothing");
    if (this.calls.includes("end")) return 0;
    const scripted = this.writes.shift();
    this.changed ||= scripted === 0;
    this.writeCount++;
    const count = Math.min(bytes.length, scripted ?? this.otherwise);
    if (count > 0) this.unflushed.push(bytes.slice(0, count));
    return count;
  }

  flush(): void {
    if (this.unflushed.length === 0) return;
    this.changed = true;
    this.pieceCount++;
    this.flushed.push(...this.unflushed.splice(0));
  }

  end(): void {
    if (this.calls.includes("end")) return;
    this.flush();
    this.calls.push("end");
  }

  get drained(): boolean {
    return !this.holdsBack && this.unflushed.length === 0;
  }
}

const endpoints = new Set<ScriptedEndpoint>();

afterEach(() => {
  const complaints = [...endpoints].flatMap((endpoint) => endpoint.complaints());
  endpoints.clear();
  expect(complaints).toEqual([]);
});

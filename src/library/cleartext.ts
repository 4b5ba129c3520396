import type { Attachable } from "../connection/connection.ts";
import type { Endpoint } from "../tunnel/endpoint.ts";

const NOTHING = new Uint8Array(0);

/** Bytes that wait for the user's stream, at most: four full records. */
const HELD_MAX = 65536;

type Done = (error?: Error | null) => void;

interface UserStream {
  /** Gives it data, or null for EOF; false: that is enough for now. */
  readonly push: (chunk: Buffer | null) => boolean;
  /** The connection failed. What is left to do is the peer's: it still reads why. */
  readonly fail: (failure: Error) => void;
}

/**
 * The user's stream as one side of a tunnel. What comes from the tunnel is handed over in a tick of
 * its own: the user's listeners run then, and must not run inside of the tunnel, where they could pull
 * the engine out from under it, and where their exceptions would be taken for the engine's.
 */
export class Cleartext implements Endpoint, Attachable {
  arrived: Uint8Array = NOTHING;
  ended = false;
  readonly failure = null;
  broken = false;

  private changed: () => void = () => {};
  /** Of the write that `arrived` is from. */
  private written: Done | null = null;
  private held: Buffer[] = [];
  private heldLength = 0;
  private isFull = false;
  private isStopped = false;
  private eof: "none" | "due" | "told" = "none";
  private isScheduled = false;
  /** What the user's stream learns in place of an EOF. */
  private fault: Error | null = null;

  constructor(private readonly user: UserStream) {}

  // ---- what the user's stream calls

  /** Data for the peer; `written` is called once the engine has it all, so its memory is free then. */
  accept(data: Uint8Array, written: Done): void {
    if (this.isStopped || data.length === 0) {
      written(this.isStopped ? brokenPipe() : null);
      return;
    }
    this.arrived = data;
    this.written = written;
    this.changed();
  }

  /** No more data for the peer. */
  finish(): void {
    this.ended = true;
    this.changed();
  }

  /** The user's stream has room again. */
  wantMore(): void {
    if (!this.isFull) return;
    this.isFull = false;
    this.changed();
  }

  /** The user's stream is gone. */
  destroy(): void {
    this.broken = true;
    this.held = [];
    this.heldLength = 0;
    this.changed();
  }

  attach(changed: () => void): this {
    this.changed = changed;
    return this;
  }

  // ---- what the tunnel calls

  take(count: number): void {
    // An empty view would keep the whole write in memory.
    this.arrived = count === this.arrived.length ? NOTHING : this.arrived.subarray(count);
  }

  stopArrivals(): void {
    this.isStopped = true;
    this.ended = true;
    this.arrived = NOTHING;
  }

  write(bytes: Uint8Array): number {
    if (this.isFull || this.eof !== "none") return 0;
    const count = Math.min(bytes.length, HELD_MAX - this.heldLength);
    if (count > 0) this.held.push(Buffer.from(bytes.subarray(0, count)));
    this.heldLength += count;
    return count;
  }

  flush(): void {
    const hasWritten = this.written !== null && this.arrived.length === 0;
    if (this.isScheduled || (this.drained && !hasWritten)) return;
    this.isScheduled = true;
    process.nextTick(() => this.deliver());
  }

  end(failure?: Error): void {
    if (this.eof !== "none") return;
    this.eof = "due";
    this.fault = failure ?? null;
    this.flush();
  }

  get drained(): boolean {
    return this.heldLength === 0 && this.eof !== "due";
  }

  /** The tunnel is over: nothing more is taken. */
  close(): void {
    this.stopArrivals();
    this.flush();
  }

  private deliver(): void {
    this.isScheduled = false;
    const { held, written } = this;
    this.held = [];
    this.heldLength = 0;
    if (!this.broken) {
      for (const chunk of held) this.isFull = !this.user.push(chunk) || this.isFull;
      if (this.eof === "due") this.tellEnd();
    }
    if (this.eof === "due") this.eof = "told";
    if (written !== null && this.arrived.length === 0) {
      this.written = null;
      written(this.isStopped ? brokenPipe() : null);
    }
    this.changed();
  }

  /** A reader that saw an EOF would take a part for the whole, until the failure comes. */
  private tellEnd(): void {
    if (this.fault === null) this.user.push(null);
    else this.user.fail(this.fault);
  }
}

/** As a socket tells it. */
function brokenPipe(): Error {
  return Object.assign(new Error("write EPIPE: the connection takes no more data"), {
    code: "EPIPE",
    syscall: "write",
  });
}

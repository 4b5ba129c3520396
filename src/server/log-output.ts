import { closeSync, constants, fstatSync, writeSync } from "node:fs";
import { reopen } from "../io/platform.ts";

/** Bytes that may wait for a reader: some 2,000 lines. */
const WAITING_MAX = 256 * 1024;

/** How often a reader that had stopped is tried again: milliseconds. */
const RETRY = 50;

export interface LogOutputSettings {
  /** The line that says how many lines are missing where it stands. */
  readonly dropped: (count: number) => string;
}

/**
 * Standard error, for a process that must go on when its reader doesn't. Lines wait in a bounded
 * queue; those over the bound are dropped, counted and told.
 */
export class LogOutput {
  private readonly fd: number;
  private readonly waiting: Buffer[] = [];
  private size = 0;
  private dropped = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly settings: LogOutputSettings) {
    this.fd = openWithoutWaiting();
    process.on("exit", () => this.flush());
  }

  write(line: string): void {
    if (this.waiting.length === 0 && this.dropped === 0) {
      const rest = this.attempt(Buffer.from(line));
      if (rest !== null) this.queue(rest);
      return;
    }
    const bytes = Buffer.from(line);
    // A line behind a gap would hide where the gap is.
    if (this.dropped > 0 || this.size + bytes.length > WAITING_MAX) this.dropped++;
    else this.queue(bytes);
  }

  private queue(bytes: Buffer): void {
    this.waiting.push(bytes);
    this.size += bytes.length;
    this.timer ??= setInterval(() => this.flush(), RETRY).unref();
  }

  private flush(): void {
    for (;;) {
      const [next] = this.waiting;
      if (next === undefined) break;
      const rest = this.attempt(next);
      this.size -= next.length - (rest?.length ?? 0);
      if (rest === null) {
        this.waiting.shift();
      } else {
        this.waiting[0] = rest;
        return;
      }
    }
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    if (this.dropped === 0) return;
    const { dropped } = this;
    this.dropped = 0;
    this.write(this.settings.dropped(dropped));
  }

  /** What has not been written; null: nothing is left, or it can never be written. */
  private attempt(bytes: Buffer): Buffer | null {
    try {
      const count = writeSync(this.fd, bytes);
      return count === bytes.length ? null : bytes.subarray(count);
    } catch (error) {
      // Others than EAGAIN: the reader is gone, or its disk is full. Connections are worth more.
      return (error as NodeJS.ErrnoException).code === "EAGAIN" ? bytes : null;
    }
  }
}

/**
 * The same pipe or terminal, opened once more: O_NONBLOCK belongs to what was opened, and prog and
 * the other processes share what is behind 2. This must be done before root's rights are given up.
 * A socket can't be opened like this, and on a file no write waits for a reader.
 */
function openWithoutWaiting(): number {
  try {
    const status = fstatSync(2);
    if (!status.isFIFO() && !status.isCharacterDevice()) return 2;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    const fd = reopen(2, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    if (fd > 2) return fd;
    closeSync(fd);
    return 2;
  } catch {
    return 2;
  }
}

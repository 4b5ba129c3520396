import { closeSync, constants, fstatSync, writeSync } from "node:fs";
import { makePipes } from "../io/pipes.ts";
import { passesDescriptorsOn, reopen, startCopying } from "../io/platform.ts";

/** Bytes that may wait for a reader: some 2,000 lines. */
const WAITING_MAX = 256 * 1024;

/** How often a reader that had stopped is tried again: milliseconds. */
const RETRY = 50;

export interface LogOutputSettings {
  /** The line that says how many lines are missing where it stands. */
  readonly dropped: (count: number) => string;
  /** Where lines go, as the process that started us has it; null: it has to be found. */
  readonly descriptor: number | null;
}

/**
 * Standard error, for a process that must go on when its reader doesn't. Lines wait in a bounded
 * queue; those over the bound are dropped, counted and told.
 */
export class LogOutput {
  private fd: number;
  private readonly waiting: Buffer[] = [];
  private size = 0;
  private dropped = 0;
  /** Lines in all that were dropped. */
  lost = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly settings: LogOutputSettings) {
    this.fd = settings.descriptor ?? openWithoutWaiting();
    process.on("exit", () => this.flush());
  }

  /** What another process of this server writes its lines to; null: it has standard error. */
  get shared(): number | null {
    return this.fd === STANDARD || passesDescriptorsOn ? null : this.fd;
  }

  write(line: string): void {
    if (this.waiting.length === 0 && this.dropped === 0) {
      const rest = this.attempt(Buffer.from(line));
      if (rest !== null) this.queue(rest);
      return;
    }
    const bytes = Buffer.from(line);
    // A line behind a gap would hide where the gap is.
    if (this.dropped > 0 || this.size + bytes.length > WAITING_MAX) this.drop();
    else this.queue(bytes);
  }

  private drop(): void {
    this.dropped++;
    this.lost++;
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
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") return bytes;
      // The process between us and the reader is gone.
      if (code === "EPIPE" && this.fd !== STANDARD && fstatSync(STANDARD).isSocket()) {
        this.fd = STANDARD;
        return this.attempt(bytes);
      }
      // The reader is gone, or its disk is full. Connections are worth more.
      return null;
    }
  }
}

/** Standard error, whose writes wait for its reader. */
const STANDARD = 2;

/**
 * O_NONBLOCK belongs to what was opened, and prog and the other processes share what is behind 2: so
 * that isn't changed. This must be done before root's rights are given up.
 *
 * @returns a descriptor on which no write waits; 2 on a file, where none does
 */
function openWithoutWaiting(): number {
  try {
    const status = fstatSync(STANDARD);
    if (status.isFIFO() || status.isCharacterDevice()) return openAgain() ?? openRelay();
    return status.isSocket() ? openRelay() : STANDARD;
  } catch {
    return STANDARD;
  }
}

/** The same pipe or terminal; null: the system has no names for descriptors. */
function openAgain(): number | null {
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    const fd = reopen(STANDARD, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    if (fd > 2) return fd;
    closeSync(fd);
    return null;
  } catch {
    return null;
  }
}

/** A socket can't be opened again: a pipe leads to a process that waits for the reader in our place. */
function openRelay(): number {
  const [pipe] = makePipes(1, { waits: false });
  if (pipe === undefined) return STANDARD;
  const isCopied = startCopying(pipe.read, STANDARD);
  closeSync(pipe.read);
  if (isCopied) return pipe.write;
  closeSync(pipe.write);
  return STANDARD;
}

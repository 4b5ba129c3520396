import type { Socket } from "node:net";
import type { Effort } from "../io/platform.ts";

/** How long a process may give no sign of life: so often, so many milliseconds. */
const PATIENCE = { times: 2, milliseconds: 5000 };

/**
 * A worker that waits for a processor all the time, and got less than so many seconds of one, is
 * not dead: the machine has too much to do.
 */
const FAIR_SHARE = 5;

/** Between an answer and the next question: milliseconds. */
const PAUSE = 1000;

export interface HandoverSettings {
  /** Asks the worker something; when the answer comes, `answered` must be called. */
  readonly ask: () => void;
  /** It doesn't answer. Called once. */
  readonly lost: () => void;
  /** What the worker did with the processors so far; null if the system doesn't tell. */
  readonly effort: () => Effort | null;
}

/**
 * Are connections that were given to a worker really with it? Node doesn't tell when passing a
 * socket fails, and keeps everything back that comes after it, for ever. So questions go the same
 * way: a worker that answers one has got all that was sent before it.
 */
export class Handover {
  private sent = new Set<Socket>();
  private inQuestion: Set<Socket> | null = null;
  /** It was told something since the last question. */
  private isDue = false;
  private timer: NodeJS.Timeout | null = null;
  /** Of processor time, when the worker was last heard of. */
  private secondsBefore = 0;
  private isOver = false;

  constructor(private readonly settings: HandoverSettings) {}

  send(socket: Socket): void {
    this.sent.add(socket);
    this.told();
  }

  /** It was told something else than a socket, and must be there for that, too. */
  told(): void {
    if (this.isOver) return;
    this.isDue = true;
    if (this.timer === null) this.question();
  }

  /** The worker has done something. It may have more to do before it comes to our question. */
  isAlive(): void {
    if (!this.isOver && this.inQuestion !== null) this.expect(PATIENCE.times);
  }

  answered(): void {
    // Its last word may be read after its end.
    if (this.isOver) return;
    this.inQuestion = null;
    this.wait(PAUSE, () => {
      this.timer = null;
      if (this.isDue) this.question();
    });
  }

  /** The worker has gone: closes the connections that had not reached it. */
  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    for (const socket of [...this.sent, ...(this.inQuestion ?? [])]) socket.destroy();
    this.isOver = true;
    this.sent.clear();
    this.inQuestion = null;
  }

  private question(): void {
    this.inQuestion = this.sent;
    this.sent = new Set();
    this.isDue = false;
    this.settings.ask();
    this.expect(PATIENCE.times);
  }

  /** More than once: if this process itself slept, the answer may be there and not have been read. */
  private expect(times: number): void {
    if (times === PATIENCE.times) this.secondsBefore = this.settings.effort()?.seconds ?? 0;
    if (times > 0) this.wait(PATIENCE.milliseconds, () => this.expect(times - 1));
    else if (this.isStarved()) this.wait(PATIENCE.milliseconds, () => this.expect(0));
    else this.settings.lost();
  }

  private isStarved(): boolean {
    const effort = this.settings.effort();
    if (effort === null || !effort.isRunnable) return false;
    return effort.seconds - this.secondsBefore < FAIR_SHARE;
  }

  private wait(milliseconds: number, action: () => void): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(action, milliseconds).unref();
  }
}

import type { Socket } from "node:net";

/** How long a worker may leave a question without an answer: so often, so many milliseconds. */
const PATIENCE = { times: 2, milliseconds: 5000 };

/** Between an answer and the next question: milliseconds. */
const PAUSE = 1000;

export interface HandoverSettings {
  /** Asks the worker something; whoever hears the answer calls `answered`. */
  readonly ask: () => void;
  /** It doesn't answer. Called once. */
  readonly lost: () => void;
}

/**
 * Are connections that were given to a worker really with it? Node doesn't tell when passing a
 * socket fails, and keeps everything back that comes after it, for ever. So questions go the same
 * way, and whoever answers one has all that was sent before it.
 */
export class Handover {
  private sent = new Set<Socket>();
  private inQuestion: Set<Socket> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private isOver = false;

  constructor(private readonly settings: HandoverSettings) {}

  send(socket: Socket): void {
    this.sent.add(socket);
    if (this.timer === null) this.question();
  }

  answered(): void {
    // Its last word may be read after its end.
    if (this.isOver) return;
    this.inQuestion = null;
    this.wait(PAUSE, () => {
      this.timer = null;
      if (this.sent.size > 0) this.question();
    });
  }

  /** There is no worker any more: hangs up on whoever has not arrived. */
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
    this.settings.ask();
    this.expect(PATIENCE.times);
  }

  /** More than once: when it was us who slept, the answer may be there, and not have been read. */
  private expect(times: number): void {
    if (times === 0) this.settings.lost();
    else this.wait(PATIENCE.milliseconds, () => this.expect(times - 1));
  }

  private wait(milliseconds: number, action: () => void): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(action, milliseconds).unref();
  }
}

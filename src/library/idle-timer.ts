import { timerDelay } from "../connection/timers.ts";

/** Calls `expired` after so long without a refresh. It keeps no process alive. */
export class IdleTimer {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly expired: () => void) {}

  /** @param milliseconds 0: never */
  start(milliseconds: number): void {
    this.stop();
    if (milliseconds > 0) this.timer = setTimeout(this.expired, timerDelay(milliseconds)).unref();
  }

  refresh(): void {
    this.timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

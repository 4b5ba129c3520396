import { execFile } from "node:child_process";
import { SYSTEMD_NOTIFY } from "../io/platform.ts";
import type { Log } from "./log.ts";

/**
 * What the server tells systemd about itself (sd_notify(3)). Node has no datagram sockets of that family,
 * but where systemd is, systemd-notify is.
 */
export class Systemd {
  private readonly isThere: boolean;
  /** They arrive in their order. */
  private last: Promise<void> = Promise.resolve();

  /** @param environment of the process: without NOTIFY_SOCKET nothing is told */
  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly log: Log,
  ) {
    this.isThere = environment["NOTIFY_SOCKET"] !== undefined;
  }

  /** It listens: from now on systemd hears that it is alive, too, if the unit has WatchdogSec=. */
  ready(status: string): void {
    this.tell("READY=1", `STATUS=${status}`);
    const interval = watchdogInterval(this.environment);
    if (this.isThere && interval !== null) setInterval(() => this.tell("WATCHDOG=1"), interval);
  }

  /** `reloaded` follows. With Type=notify-reload, systemd wants to know when it began. */
  reloading(): void {
    const microseconds = process.hrtime.bigint() / 1000n;
    this.tell("RELOADING=1", `MONOTONIC_USEC=${microseconds}`);
  }

  reloaded(status: string): void {
    this.tell("READY=1", `STATUS=${status}`);
  }

  stopping(status: string): void {
    this.tell("STOPPING=1", `STATUS=${status}`);
  }

  private tell(...assignments: string[]): void {
    if (!this.isThere) return;
    this.last = this.last.then(() => this.send(assignments));
  }

  private send(assignments: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const args = [`--pid=${process.pid}`, ...assignments.map(inOneLine)];
      execFile(SYSTEMD_NOTIFY, args, { timeout: PATIENCE }, (error) => {
        if (error !== null) {
          this.log.warn("sd_notify", `unable to notify systemd: ${error.message.trim()}`);
        }
        resolve();
      });
    });
  }
}

/** A systemd that takes nothing must not stop what comes next. Milliseconds. */
const PATIENCE = 5000;

/** A message has an assignment a line. */
function inOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

/**
 * Half of what systemd waits for (sd_watchdog_enabled(3)).
 *
 * @returns milliseconds; null: it doesn't wait, or for another process
 */
export function watchdogInterval({
  WATCHDOG_USEC,
  WATCHDOG_PID,
}: NodeJS.ProcessEnv): number | null {
  if (WATCHDOG_USEC === undefined || !/^[0-9]+$/.test(WATCHDOG_USEC)) return null;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== `${process.pid}`) return null;
  const milliseconds = Math.floor(Number(WATCHDOG_USEC) / 2000);
  return milliseconds > 0 ? Math.min(milliseconds, LONGEST) : null;
}

/** A timer of Node's that is longer fires at once. */
const LONGEST = 0x7fffffff;

import { readFileSync } from "node:fs";

/** What a process did with the processors. */
export interface Effort {
  /** Of processor time, in all threads, since it began. */
  readonly seconds: number;
  /** It computes, or waits for a processor or a disk; it doesn't wait for somebody else. */
  readonly isRunnable: boolean;
}

/** Of a clock tick in /proc; sysconf(3), and the same on all of Linux. */
const TICKS = 100;

/** @returns null if there is no such process, or the system doesn't tell */
export function effortOf(pid: number | undefined): Effort | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name before it may have anything in it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = ""] = fields;
    const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
    return { seconds: ticks / TICKS, isRunnable: state === "R" || state === "D" };
  } catch {
    return null;
  }
}

/** proc(5) counts from 1, and two fields come before these. */
const [UTIME, STIME] = [14 - 3, 15 - 3];

import { readFileSync } from "node:fs";
import type { Running } from "./processes.ts";

const SAMPLE_MS = 50;

/** Watches a process, and tells the most physical memory that it ever had, in MiB. */
export class MemoryWatch {
  private highest = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(running: Running) {
    // The kernel keeps the maximum; a sample late in the process' life tells it all.
    this.timer = setInterval(() => {
      this.highest = Math.max(this.highest, peakMemory(running.pid));
    }, SAMPLE_MS);
    running.ended.finally(() => clearInterval(this.timer)).catch(() => {});
  }

  /** @throws if the process has never been seen alive */
  get peak(): number {
    if (this.highest === 0) throw new Error("the process was gone before its memory was read");
    return this.highest;
  }
}

/** 0 for a process that has ended. */
function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+([0-9]+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

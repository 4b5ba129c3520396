import { readFileSync } from "node:fs";

/** The most physical memory that a process has had so far, in MiB. */
export function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kibibytes = /^VmHWM:\s+([0-9]+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`no VmHWM of process ${pid}`);
  return Number(kibibytes) / 1024;
}

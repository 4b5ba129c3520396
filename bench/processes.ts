import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/** The kernel's clock ticks a second, in all that /proc tells (USER_HZ is 100 on Linux). */
const TICKS_PER_SECOND = 100;

/** The Node that runs this is the one that `#!/usr/bin/env node` finds. */
export const PATH = `${dirname(process.execPath)}:${process.env["PATH"]}`;

/** Starts a process in a group of its own, so that nothing of it outlives this run. */
export function start(command: readonly string[], settings: Settings = {}): ChildProcess {
  const [file = "", ...args] = command;
  const child = spawn(file, args, {
    detached: true,
    env: { PATH, ...settings.environment },
    stdio: settings.stdio ?? ["ignore", "ignore", "ignore"],
  });
  running.add(child);
  child.on("error", () => running.delete(child));
  return child;
}

export interface Settings {
  /** The whole environment, besides PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
}

/** Kills a process, and whatever of its group still lives. */
export function kill(child: ChildProcess): void {
  running.delete(child);
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}

/** Waits for a process' end, which may have been before. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) kill(child);
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(111));
}

/** A process' children, the youngest first. */
export function childrenOf(parent: number): number[] {
  const children: { pid: number; started: number }[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (Number.isNaN(pid)) continue;
    const stat = statusOf(pid);
    if (stat !== null && stat.parent === parent) children.push({ pid, started: stat.started });
  }
  return children.sort((a, b) => b.started - a.started).map(({ pid }) => pid);
}

/** Seconds of processor time that a process has used, in all its threads. */
export function processorTime(pid: number): number {
  return (statusOf(pid)?.ticks ?? Number.NaN) / TICKS_PER_SECOND;
}

interface Status {
  readonly parent: number;
  readonly ticks: number;
  readonly started: number;
}

/** From /proc/PID/stat: see proc(5). null when there is no such process, or only its remains. */
function statusOf(pid: number): Status | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold anything; the state is what follows it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const field = (number: number) => Number(fields[number - 3]);
    if (fields[0] === "Z") return null;
    return { parent: field(4), ticks: field(14) + field(15), started: field(22) };
  } catch {
    return null;
  }
}

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/** The kernel's clock ticks a second, in all that /proc tells (USER_HZ is 100 on Linux). */
const TICKS_PER_SECOND = 100;

/** The Node that runs this is the one that `#!/usr/bin/env node` finds. */
const PATH = `${dirname(process.execPath)}:${process.env["PATH"]}`;

/** Starts a process in a group of its own, so that nothing of it outlives this run. */
export function start(command: readonly string[], settings: Settings = {}): ChildProcess {
  const [file = "", ...args] = command;
  const child = spawn(file, args, {
    detached: true,
    env: { ...settings.environment, PATH },
    stdio: settings.stdio ?? ["ignore", "ignore", "ignore"],
  });
  running.add(child);
  child.on("error", () => running.delete(child));
  return child;
}

export type Environment = Readonly<NodeJS.ProcessEnv>;

export interface Settings {
  /** The whole environment, besides PATH. */
  readonly environment?: Environment;
  readonly stdio?: StdioOptions;
}

/** Kills a process, and whatever of its group still lives. */
export function kill(child: ChildProcess): void {
  running.delete(child);
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // No process is left in the group.
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

/** A process' children that live, the youngest first. */
export function childrenOf(parent: number): number[] {
  const children: { pid: number; started: number }[] = [];
  for (const pid of allProcesses()) {
    const stat = statOf(pid);
    if (stat === null || stat.isZombie || stat.field(4) !== parent) continue;
    children.push({ pid, started: stat.field(22) });
  }
  return children.sort((a, b) => b.started - a.started).map(({ pid }) => pid);
}

/** The processes of a group, with those that have ended and were not waited for yet. */
export function membersOf(group: number): number[] {
  return allProcesses().filter((pid) => statOf(pid)?.field(5) === group);
}

/** Seconds of processor time that a process has used, in all its threads. */
export function processorTime(pid: number): number {
  const stat = statOf(pid);
  if (stat === null) return Number.NaN;
  return (stat.field(14) + stat.field(15)) / TICKS_PER_SECOND;
}

/**
 * The same of a whole group: of who lives, and of the children that they have waited for. What was
 * left to init to wait for is in no process's account.
 */
export function processorTimeOfGroup(group: number): number {
  let ticks = 0;
  for (const pid of membersOf(group)) {
    const stat = statOf(pid);
    for (const number of [14, 15, 16, 17]) ticks += stat?.field(number) ?? 0;
  }
  return ticks / TICKS_PER_SECOND;
}

function allProcesses(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => !Number.isNaN(pid));
}

interface Stat {
  /** It has ended, and was not waited for. */
  readonly isZombie: boolean;
  /** By proc(5)'s numbers, from 4 on. */
  field(number: number): number;
}

/** From /proc/PID/stat. null when there is no such process. */
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold anything; the state is what follows it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { isZombie: fields[0] === "Z", field: (number) => Number(fields[number - 3]) };
  } catch {
    return null;
  }
}

import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./repository.ts";
import { printTable } from "./table.ts";

/** What `node --cpu-prof` leaves, and Chrome's developer tools open: times are in microseconds. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SHOWN = 25;

const folder = join(repository, "build/profiles");

/** Node, as it is started to leave a profile; its children leave one each, if they are Node, too. */
export function profiledNode(): string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return [process.execPath, "--cpu-prof", `--cpu-prof-dir=${folder}`];
}

/** The files that are there by now. */
export function profiles(): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

/** Milliseconds that a process was busy. */
export function busyTime(file: string): number {
  return sum(ownTimes(file, isBusy)) / 1000;
}

export interface Table {
  readonly title: string;
  /** How often happened what the time is shown for: the figure is milliseconds each. */
  readonly per: number;
  readonly digits: number;
  /** Time in which there was nothing to do counts, too. */
  readonly withIdle: boolean;
}

/** Prints the functions by the time spent in themselves. */
export function printOwnTimes(file: string, { title, per, digits, withIdle }: Table): void {
  const times = ownTimes(file, withIdle ? () => true : isBusy);
  const total = sum(times);
  const rows = [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([name, time]) => [
      name,
      (time / 1000 / per).toFixed(digits),
      `${((time / total) * 100).toFixed(1)}%`,
    ]);
  printTable(title, rows);
  console.log(`\nThe whole profile, for Chrome's developer tools: ${file}`);
}

/** Function → microseconds. Code in WebAssembly has no names, and counts as one. */
function ownTimes(file: string, counts: (functionName: string) => boolean): Map<string, number> {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as CpuProfile;
  const names = new Map(
    nodes.map(({ id, callFrame }) => {
      const { functionName, url } = callFrame;
      const place = url.split("/").slice(-2).join("/");
      return [
        id,
        url.startsWith("wasm:") ? "WebAssembly" : `${functionName || "(anonymous)"} ${place}`,
      ];
    }),
  );
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? "?";
    if (counts(name)) times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return times;
}

function isBusy(functionName: string): boolean {
  return !functionName.startsWith("(idle)");
}

function sum(times: ReadonlyMap<string, number>): number {
  return [...times.values()].reduce((total, time) => total + time, 0);
}

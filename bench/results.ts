import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./repository.ts";

/** One figure against a peer's, measured in the same run. Larger is better, whatever the unit. */
export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** ours ÷ peer */
  readonly ratio: number;
}

export function result(measured: Omit<Result, "ratio">): Result {
  return { ...measured, ratio: measured.ours / measured.peer };
}

/** Writes bench/results.json. */
export function writeResults(results: readonly Result[]): void {
  const rounded = results.map(({ name, unit, ours, peer, peerName, ratio }) => ({
    name,
    unit,
    ours: significant(ours),
    peer: significant(peer),
    peerName,
    ratio: significant(ratio),
  }));
  writeFileSync(join(repository, "bench/results.json"), `${JSON.stringify(rounded, null, 2)}\n`);
}

/** More digits than these would be noise. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** One figure of ours next to a peer's; ratio = ours ÷ peer, and larger is better. */
export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  readonly ratio: number;
}

/** The middle one of an odd number of measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export function report(results: readonly Result[], figures: Record<string, string>): void {
  const rows = results.map(({ name, unit, ours, peer, peerName, ratio }) => [
    name,
    `${ours.toFixed(1)} ${unit}`,
    `${peer.toFixed(1)} ${unit}`,
    peerName,
    ratio.toFixed(2),
  ]);
  printTable([["", "ours", "peer", "peer's name", "ratio"], ...rows]);
  process.stdout.write("\n");
  printTable(Object.entries(figures));
  const file = join(import.meta.dirname, "../bench/results.json");
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, i) =>
      (i === 0 ? cell.padEnd : cell.padStart).call(cell, widths[i] ?? 0),
    );
    process.stdout.write(`${cells.join("   ")}\n`);
  }
}

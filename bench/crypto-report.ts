import type { CryptoCase } from "./crypto.ts";
import { type Result, result } from "./results.ts";
import { around, median } from "./statistics.ts";
import { printTable } from "./table.ts";

export function reportCrypto(cases: readonly CryptoCase[]): Result[] {
  const results = cases.map(({ name, unit, peerName, ours, peer }) =>
    result({ name, unit, peerName, ours: median(ours), peer: median(peer) }),
  );
  const rounds = cases[0]?.ours.length ?? 0;
  printTable(`Cryptography, by processor time (median of ${rounds} ± half of the range)`, [
    ["", "unit", "ours", "peer", "ratio"],
    ...cases.map(({ name, unit, ours, peer }, index) => {
      const ratio = results[index]?.ratio ?? Number.NaN;
      return [name, unit, around(ours, 0), around(peer, 0), ratio.toFixed(2)];
    }),
  ]);
  return results;
}

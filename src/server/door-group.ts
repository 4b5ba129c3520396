import { randomInt } from "node:crypto";
import { groupIdRanges, type IdRange } from "../io/platform.ts";

/**
 * The group by which the spawner knows a worker: one that no file names, and that only this worker is
 * given. Its user is not enough: progs may be the same user, so may other workers, and every process
 * may read the paths of UNIX sockets.
 */
export function doorGroup(): number {
  const { first, count } = widest(groupIdRanges());
  // The upper half, where packages and administrators put none.
  const from = first + Math.floor(count / 2);
  for (;;) {
    const group = randomInt(from, first + count);
    if (!RESERVED.has(group)) return group;
  }
}

/** The ids of the group nogroup and of "no change", in 16 and in 32 bits. */
const RESERVED: ReadonlySet<number> = new Set([65_534, 65_535, 0xffff_fffe, 0xffff_ffff]);

function widest(ranges: readonly IdRange[]): IdRange {
  return ranges.reduce((best, range) => (range.count > best.count ? range : best));
}

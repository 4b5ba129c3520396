import type { Fault } from "./injection.ts";

/** Calls of one kind, and the ways in which they can fail. */
export interface FallibleCall {
  readonly call: string;
  readonly errors: readonly Fault["error"][];
  /** How many fail in a row; 0 for all of them, and one if not given. */
  readonly times?: number;
  /** Which of them are the sample; the usual ones if not given. */
  readonly sample?: readonly number[];
}

/** With FAULTS=all in the environment, every call fails in every way in its turn; or else, a sample. */
const all = process.env["FAULTS"] === "all";

const SAMPLE = [1, 4, 12];

/** More than any of our conversations has. */
const MAX = 150;

/**
 * Lets one call after the other fail until there are no more of its kind.
 *
 * @param attempt makes a run with the fault, and gives what was wrong with it; null: the fault did
 *   not happen
 * @returns everything that was wrong, and how many faults happened
 */
export async function sweep(
  { call, errors, times = 1, sample = SAMPLE }: FallibleCall,
  attempt: (fault: Fault) => Promise<string[] | null>,
): Promise<{ complaints: string[]; faults: number }> {
  const complaints: string[] = [];
  let faults = 0;
  const numbers = all ? Array.from({ length: MAX }, (_, index) => index + 1) : sample;
  for (const error of all ? errors : errors.slice(0, 1)) {
    for (const nth of numbers) {
      const found = await attempt({ call, error, nth, times });
      if (found === null) break;
      faults++;
      complaints.push(...found.map((text) => `${call} ${nth} ${error}: ${text}`));
    }
  }
  if (all)
    console.log(`${call}${times === 1 ? "" : `, ${times || "all"} in a row`}: ${faults} faults`);
  return { complaints, faults };
}

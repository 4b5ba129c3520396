import type { Holdings, Sample } from "./holdings.ts";

/** What was seen of a server before, while and after so many seconds of visitors. */
export interface Observation {
  readonly before: Holdings;
  readonly samples: readonly Sample[];
  readonly seconds: number;
  readonly after: Holdings;
}

/** By so much the memory of all processes may grow in the whole time that is looked at, in MiB. */
const MAX_GROWTH = 12;

/** Each leak, in words. */
export function leaksIn(observation: Observation): string[] {
  const { before, after } = observation;
  const growth = growthOf(observation);
  const leaks: string[] = [];
  if (`${before.processes}` !== `${after.processes}`) {
    leaks.push(`processes: ${before.processes}, and then ${after.processes}`);
  }
  if (`${before.descriptors}` !== `${after.descriptors}`) {
    leaks.push(`descriptors: ${before.descriptors}, and then ${after.descriptors}`);
  }
  // With no samples, or one, there is no slope, and nothing was shown.
  if (!(growth < MAX_GROWTH)) leaks.push(`memory: ${growth.toFixed(1)} MiB`);
  return leaks;
}

/** By how much memory grew, in MiB, without what comes and goes. */
export function growthOf({ samples, seconds }: Pick<Observation, "samples" | "seconds">): number {
  return slopeOf(samples) * seconds;
}

/** Least squares: by how much memory grows, in MiB a second. */
export function slopeOf(samples: readonly Sample[]): number {
  const count = samples.length;
  const mean = (index: 0 | 1) => samples.reduce((sum, one) => sum + one[index], 0) / count;
  const [time, memory] = [mean(0), mean(1)];
  let covariance = 0;
  let variance = 0;
  for (const [at, value] of samples) {
    covariance += (at - time) * (value - memory);
    variance += (at - time) ** 2;
  }
  return covariance / variance;
}

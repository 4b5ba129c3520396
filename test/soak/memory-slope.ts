/** A measurement: when, in seconds, and how much, in MiB. */
export type Sample = readonly [time: number, memory: number];

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

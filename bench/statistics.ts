/** The middle one; robust against the one run that something else disturbed. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The value that so large a fraction of all values doesn't exceed. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * fraction) - 1] ?? Number.NaN;
}

/** The median, and half of the range as a fraction of it. */
export function around(values: readonly number[], digits: number): string {
  const middle = median(values);
  const halfRange = (Math.max(...values) - Math.min(...values)) / 2;
  return `${middle.toFixed(digits)} ±${((halfRange / middle) * 100).toFixed(0)}%`;
}

/**
 * Welch's t-test, as dudect (Reparaz, Balasch and Verbauwhede, 2017) applies it to timings: do two
 * classes of inputs take the same time on average? Long measurements are mostly the machine's and
 * not ours, so the test is repeated with the longest cropped, at many percentiles.
 */
export interface Verdict {
  /** |t| of all measurements. */
  uncropped: number;
  /** The largest |t| of any cropping, the one of all measurements included. */
  largest: number;
  /** What the second class takes longer there, in nanoseconds. */
  difference: number;
}

export type Classes = readonly [readonly number[], readonly number[]];

export function judge(classes: Classes): Verdict {
  const sorted = Float64Array.from(classes.flat()).sort();
  const uncropped = welch(classes);
  const croppings = thresholds(sorted).map((threshold) => {
    const crop = (times: readonly number[]) => times.filter((time) => time < threshold);
    return welch([crop(classes[0]), crop(classes[1])]);
  });
  const most = [uncropped, ...croppings].reduce((a, b) => (Math.abs(b.t) > Math.abs(a.t) ? b : a));
  return {
    uncropped: Math.abs(uncropped.t),
    largest: Math.abs(most.t),
    difference: most.difference,
  };
}

/** dudect's percentiles: 1 - 0.5^(10 i / 100), closer together the higher they are. */
function thresholds(sorted: Float64Array): number[] {
  const percentiles = Array.from(
    { length: CROPPINGS },
    (_, i) => 1 - 0.5 ** ((10 * i) / CROPPINGS),
  );
  return percentiles
    .slice(1)
    .map((fraction) => sorted[Math.floor(fraction * sorted.length)] ?? Number.POSITIVE_INFINITY);
}

const CROPPINGS = 100;

/** A cropping that leaves fewer of either class says nothing. */
const FEWEST = 50;

function welch([a, b]: Classes): { t: number; difference: number } {
  if (Math.min(a.length, b.length) < FEWEST) return { t: 0, difference: 0 };
  const [x, y] = [moments(a), moments(b)];
  const difference = y.mean - x.mean;
  const error = Math.sqrt(x.variance / a.length + y.variance / b.length);
  return { t: error === 0 ? 0 : difference / error, difference };
}

function moments(times: readonly number[]): { mean: number; variance: number } {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const squares = times.reduce((sum, time) => sum + (time - mean) ** 2, 0);
  return { mean, variance: squares / (times.length - 1) };
}

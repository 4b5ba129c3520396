import { randomBytes } from "node:crypto";
import { judge, type Verdict } from "./welch.ts";

interface Named {
  what: string;
  /** What the classes 0 and 1 are. */
  classes: readonly [string, string];
}

/** Something that may take longer for one class of secrets than for the other. */
export interface Subject extends Named {
  /** Inputs of a class, which were made before; not measured. */
  prepare(ofClass: 0 | 1, which: number): void;
  /** What is measured, in the same way for both. */
  run(): void;
}

export interface SubjectElsewhere extends Named {
  /** How long it took, in milliseconds. */
  time(ofClass: 0 | 1, which: number): Promise<number>;
}

export interface Measured extends Verdict {
  subject: Named;
  count: number;
  /** Nanoseconds. */
  median: number;
}

/** How long `make side-channels` measures each subject; not set in a small run. */
export const LONG_RUN_SECONDS = process.env["SIDE_CHANNELS_SECONDS"];

/**
 * So many inputs each class has, made beforehand so that their making leaves no traces in caches. A
 * power of 2.
 */
export const POOL = LONG_RUN_SECONDS === undefined ? 8 : 64;

/**
 * Measures for so long, the classes interleaved by chance. Before that, it runs until V8 has
 * compiled everything for good, as far as one can know.
 */
export function measure(subject: Subject, milliseconds: number, least = LEAST): Measured {
  fill(new Timings(milliseconds * WARMING, least), subject);
  const times = new Timings(milliseconds, least);
  fill(times, subject);
  return { subject, ...times.summary() };
}

function fill(times: Timings, subject: Subject): void {
  while (!times.enough) {
    subject.prepare(times.nextClass, times.nextInput);
    const begin = performance.now();
    subject.run();
    times.add(performance.now() - begin);
  }
}

/** The same for what takes its time elsewhere. */
export async function measureElsewhere(
  subject: SubjectElsewhere,
  milliseconds: number,
): Promise<Measured> {
  const times = new Timings(milliseconds, LEAST);
  while (!times.enough) {
    times.add(await subject.time(times.nextClass, times.nextInput));
  }
  return { subject, ...times.summary() };
}

/**
 * Everything is drawn before the first measurement, and where a time goes does not depend on its
 * class: an array for each class made a difference of less than a nanosecond, which is a leak to a
 * t-test.
 */
class Timings {
  private readonly classes = randomBytes(MOST).map((byte) => byte % 2);
  private readonly inputs = randomBytes(MOST).map((byte) => byte % POOL);
  private readonly times = new Float64Array(MOST);
  private readonly end: number;
  private count = 0;

  constructor(
    milliseconds: number,
    private readonly least: number,
  ) {
    this.end = performance.now() + milliseconds;
  }

  get enough(): boolean {
    return this.count === MOST || (this.count >= this.least && performance.now() >= this.end);
  }

  get nextClass(): 0 | 1 {
    return this.classes[this.count] as 0 | 1;
  }

  get nextInput(): number {
    return this.inputs[this.count] as number;
  }

  add(milliseconds: number): void {
    this.times[this.count++] = milliseconds * NANOSECONDS;
  }

  summary(): Omit<Measured, "subject"> {
    const { count } = this;
    const times = this.times.subarray(0, count);
    const ofClass = (wanted: 0 | 1) => [...times].filter((_, at) => this.classes[at] === wanted);
    const median = times.slice().sort()[count >> 1] ?? Number.NaN;
    return { count, median, ...judge([ofClass(0), ofClass(1)]) };
  }
}

/** More of them would find smaller leaks than the machine itself makes. */
const MOST = 100_000;

/** So many it takes, however slow the machine is. */
const LEAST = 10;

const WARMING = 0.1;
const NANOSECONDS = 1e6;

/** A table for who runs `make side-channels`. */
export function report(all: readonly Measured[]): string {
  const rows = all.map(({ subject, count, median, uncropped, largest, difference }) => [
    subject.what,
    subject.classes.join(" / "),
    `${count}`,
    `${(median / 1000).toFixed(1)}`,
    uncropped.toFixed(1),
    largest.toFixed(1),
    difference.toFixed(0),
  ]);
  const table = [["what", "classes", "n", "µs", "|t|", "max |t|", "ns apart"], ...rows];
  const widths =
    table[0]?.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0))) ?? [];
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ");
  return table.map(line).join("\n");
}

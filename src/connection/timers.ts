/** What is longer than this, Node's timers take for one millisecond. */
const LONGEST = 0x7fffffff;

/** Milliseconds as a timer takes them: what would be too long is 24 days. */
export function timerDelay(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST);
}

/**
 * Milliseconds of a clock that nothing sets, from a moment that means nothing. Node's `performance` is
 * the same clock, but a process that lives for one connection would load nine modules of Node's for it.
 */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

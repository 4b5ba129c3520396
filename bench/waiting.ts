import { setTimeout as sleep } from "node:timers/promises";

/** No step of a measurement takes longer than that, in milliseconds. */
const PATIENCE = 30_000;

/** The promise's value, or an error that says what took too long. */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(PATIENCE, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${what} took more than ${PATIENCE / 1000} seconds`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}

/** Waits until something is so, looking every few milliseconds. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`${what} took too long`);
    await sleep(5);
  }
}

/** What the system's limit of descriptors leaves for connections. */
export interface Room {
  /** So many connections can be in one worker. */
  readonly perWorker: number;
  /** So many can wait in the primary. */
  readonly waiting: number;
}

/** Node's own, those of a program that is just being started, files that are read again. */
const RESERVED = 40;

/** A connection's socket, and two pipes to its program. */
const PER_CONNECTION = 3;

/**
 * Running into the limit is no option: a socket that a worker has no descriptor for makes Node's
 * channel between the processes fail an assertion in the primary.
 *
 * @param limit of descriptors, for each process
 */
export function roomFor(limit: number): Room {
  const free = Math.max(limit - RESERVED, PER_CONNECTION);
  return { perWorker: Math.floor(free / PER_CONNECTION), waiting: free };
}

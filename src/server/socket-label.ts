import { readSync } from "node:fs";
/**
 * The first bytes that a worker writes into each of its sockets to the spawner: for which connection it
 * is, and which of the two. The order in which sockets come would not do: where a process is out of
 * descriptors, Node drops some, and then a prog would get another client's.
 */

/** What prog gets a socket as. */
export const STANDARD_INPUT = 0;
export const STANDARD_OUTPUT = 1;

export type Purpose = typeof STANDARD_INPUT | typeof STANDARD_OUTPUT;

/** A label is so many bytes. */
const LENGTH = 8;

/** @param number of the connection */
export function labelOf(number: number, purpose: Purpose): Buffer {
  const label = Buffer.alloc(LENGTH);
  label.writeBigUInt64BE(keyOf(number, purpose));
  return label;
}

/** The same as a key for maps. */
export function keyOf(number: number, purpose: Purpose): bigint {
  return BigInt(number) * 2n + BigInt(purpose);
}

/**
 * Takes the label out of a socket that nothing reads, and nothing of what follows.
 *
 * @returns its key; null: it has not come yet; undefined: there will be none
 */
export function takeLabel(fd: number): bigint | null | undefined {
  const label = Buffer.alloc(LENGTH);
  try {
    // Node's own reading has no limit that could be set.
    return readSync(fd, label) === LENGTH ? label.readBigUInt64BE() : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN" ? null : undefined;
  }
}

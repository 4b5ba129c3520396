import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CredentialsError } from "../credentials/errors.ts";

/**
 * Reads a file, or a pipe, into memory that its owner can wipe: no other buffer holds any of it, not
 * even for a moment.
 *
 * @param room where to; the file must be shorter
 * @returns the file's length in bytes
 * @throws {CredentialsError} if it is empty or doesn't fit; a system error if it can't be read
 */
export function readInto(path: string, room: Uint8Array): number {
  const fd = openSync(path, "r");
  try {
    return readAll(fd, room);
  } finally {
    closeSync(fd);
  }
}

/**
 * Lets somebody look at a file, and wipes it from memory afterwards.
 *
 * @throws {CredentialsError} as readInto does
 */
export function withFile<T>(path: string, look: (file: Buffer) => T): T {
  const fd = openSync(path, "r");
  try {
    // One byte more than it has, so that its end is seen. A pipe says 0.
    const room = Buffer.allocUnsafeSlow(Math.min(fstatSync(fd).size || FILE_MAX, FILE_MAX) + 1);
    try {
      return look(room.subarray(0, readAll(fd, room)));
    } finally {
      room.fill(0);
    }
  } finally {
    closeSync(fd);
  }
}

/** Room for a thousand certificates. */
const FILE_MAX = 1 << 21;

function readAll(fd: number, room: Uint8Array): number {
  let length = 0;
  while (length < room.length) {
    const count = readSync(fd, room, length, room.length - length, null);
    if (count === 0) break;
    length += count;
  }
  if (length === 0) throw new CredentialsError("the file is empty");
  if (length === room.length) throw new CredentialsError("the file is too large");
  return length;
}

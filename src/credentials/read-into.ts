import { closeSync, openSync, readSync } from "node:fs";
import { CredentialsError } from "./errors.ts";

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
    let length = 0;
    while (length < room.length) {
      const count = readSync(fd, room, length, room.length - length, null);
      if (count === 0) break;
      length += count;
    }
    if (length === 0) throw new CredentialsError("the file is empty");
    if (length === room.length) throw new CredentialsError("the file is too large");
    return length;
  } finally {
    closeSync(fd);
  }
}

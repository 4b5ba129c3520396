import { closeSync, openSync, readSync } from "node:fs";
import { CredentialsError } from "./errors.ts";

/**
 * Reads a key file straight into memory that is fit for secrets: no buffer of ours holds it, not
 * even for a moment.
 *
 * @param room where to; its length is the most that the file may hold
 * @returns the file's length in bytes
 * @throws {CredentialsError} if it is empty or doesn't fit; a system error if it can't be read
 */
export function readKeyFile(path: string, room: Uint8Array): number {
  const fd = openSync(path, "r");
  try {
    let length = 0;
    while (length < room.length) {
      const count = readSync(fd, room, length, room.length - length, null);
      if (count === 0) break;
      length += count;
    }
    if (length === 0) throw new CredentialsError("the file is empty");
    if (length === room.length) throw new CredentialsError("the file is too large for a key");
    return length;
  } finally {
    closeSync(fd);
  }
}

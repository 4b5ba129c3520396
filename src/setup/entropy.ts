import { closeSync, openSync, readSync } from "node:fs";
import { ENTROPY_DEVICE } from "../io/platform.ts";

/**
 * Fills memory with the operating system's entropy. The device gives it without loading Node's
 * crypto module, which takes some milliseconds of start-up; where there is none, that module does, by
 * the name under which runtimes and modules of either kind have it.
 *
 * @param room at most 65,536 bytes
 */
export function fillWithEntropy(room: Uint8Array): void {
  if (!readDevice(room)) crypto.getRandomValues(room as Uint8Array<ArrayBuffer>);
}

/** All or nothing: false if there is no such device, or it gave less than was asked for. */
function readDevice(room: Uint8Array): boolean {
  try {
    const fd = openSync(ENTROPY_DEVICE, "r");
    try {
      return readSync(fd, room) === room.length;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

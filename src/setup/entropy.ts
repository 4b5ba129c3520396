import { closeSync, openSync, readSync } from "node:fs";
import { ENTROPY_DEVICE } from "../io/platform.ts";

/**
 * Fills memory with the operating system's entropy. The device gives it without loading Node's
 * crypto module, which takes some milliseconds of start-up; where there is none, that module does.
 */
export function fillWithEntropy(room: Uint8Array): void {
  if (!readDevice(room)) {
    const { randomFillSync } = require("node:crypto") as typeof import("node:crypto");
    randomFillSync(room);
  }
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

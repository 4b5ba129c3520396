import { closeSync, constants, fstatSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { reopen } from "./platform.ts";

/** How often to look, in milliseconds. */
const INTERVAL = 500;

/**
 * Destroys the writable end of a pipe once it has no reader and there is nothing more to read from prog.
 *
 * Node notices that only when it writes. A prog that has ended with its peer still connected
 * would leave us waiting for a byte from that peer.
 */
export function watchForDeparture(cleartext: CleartextStreams): void {
  const { readable, writable, fdw } = cleartext;
  if (!fstatSync(fdw).isFIFO()) return;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    if (writable.destroyed) clearInterval(timer);
    else if (hasNoReader(fdw)) writable.destroy();
  };
  readable.once("close", () => {
    timer = setInterval(look, INTERVAL);
    look();
  });
  writable.once("close", () => clearInterval(timer));
}

export interface CleartextStreams {
  readonly readable: Readable;
  readonly writable: Writable;
  /** The descriptor behind `writable`. */
  readonly fdw: number;
}

/** Opening a pipe for writing without waiting fails if it is open for reading nowhere (fifo(7)). */
function hasNoReader(fd: number): boolean {
  try {
    closeSync(reopen(fd, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENXIO";
  }
  return false;
}

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { CredentialsError } from "../credentials/errors.ts";
import { isUnnamedPipe } from "../io/platform.ts";

/**
 * Reads a file, or a pipe, into memory that its owner can wipe: no other buffer holds any of it, not
 * even for a moment.
 *
 * @param room where to; the file must be shorter
 * @returns the file's length in bytes
 * @throws {CredentialsError} if it is empty or doesn't fit; a system error if it can't be read
 */
export function readInto(path: string, room: Uint8Array): number {
  const fd = open(path);
  try {
    return readAll(fd, room);
  } finally {
    closeSync(fd);
  }
}

/**
 * Hands a file's bytes to a function, and wipes them from memory afterwards.
 *
 * @throws {CredentialsError} as readInto does
 */
export function withFile<T>(path: string, look: (file: Buffer) => T): T {
  const fd = open(path);
  try {
    // One byte more than it has, so that its end is seen. A pipe says 0.
    const room = Buffer.allocUnsafeSlow(Math.min(fstatSync(fd).size || FILE_MAX, FILE_MAX) + 1);
    let length = room.length;
    try {
      length = readAll(fd, room);
      return look(room.subarray(0, length));
    } finally {
      // Memory behind the file's end was never written to.
      room.fill(0, 0, length);
    }
  } finally {
    closeSync(fd);
  }
}

/** Room for some thousands of certificates. */
const FILE_MAX = 1 << 24;

/** Opening a pipe waits for its writer, and no signal is heard meanwhile: so this doesn't wait. */
function open(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** How long a pipe may take, from its opening to its end: milliseconds. */
const PIPE_PATIENCE = 10_000;

/** Between two looks into a pipe: milliseconds. */
const PIPE_PAUSE = 5;

function readAll(fd: number, room: Uint8Array): number {
  const deadline = performance.now() + PIPE_PATIENCE;
  let length = 0;
  while (length < room.length) {
    const count = readSome(fd, room.subarray(length));
    if (count === 0 && (length > 0 || !mayStillBegin(fd))) break;
    if (count > 0) length += count;
    else if (performance.now() > deadline) throw new CredentialsError(tooSlow(length));
    else pause(PIPE_PAUSE);
  }
  if (length === 0) throw new CredentialsError("the file is empty");
  if (length === room.length) throw new CredentialsError("the file is too large");
  return length;
}

/** -1: there is nothing now, and there may be later. */
function readSome(fd: number, room: Uint8Array): number {
  try {
    return readSync(fd, room, 0, room.length, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return -1;
    throw error;
  }
}

/** A pipe with a name looks the same before its writer comes as after; one without has had its writer. */
function mayStillBegin(fd: number): boolean {
  return fstatSync(fd).isFIFO() && !isUnnamedPipe(fd);
}

function tooSlow(length: number): string {
  const seconds = PIPE_PATIENCE / 1000;
  return length === 0
    ? `it is a pipe into which nothing was written for ${seconds} seconds`
    : `it is a pipe that did not end within ${seconds} seconds`;
}

/** Credentials are read before there is anything else to do. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

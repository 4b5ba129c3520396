import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { CredentialsError } from "../credentials/errors.ts";
import { isInherited } from "../io/inheritance.ts";
import { descriptorNamedBy, isUnnamedPipe } from "../io/platform.ts";
import { now } from "./clock.ts";

/** Files that were read before, by their paths: descriptors of what was in them. */
export type Kept = ReadonlyMap<string, number>;

const NOTHING_KEPT: Kept = new Map();

/**
 * Reads a file, or a pipe, into memory that its owner can wipe: no other buffer holds any of it, not
 * even for a moment.
 *
 * @param room where to; the file must be shorter
 * @returns the file's length in bytes
 * @throws {CredentialsError} if it is empty or doesn't fit; a system error if it can't be read
 */
export function readInto(path: string, room: Uint8Array, kept = NOTHING_KEPT): number {
  return withSource(path, kept, (source) => readAll(source, room));
}

/**
 * Hands a file's bytes to a function, and wipes them from memory afterwards.
 *
 * @throws {CredentialsError} as readInto does
 */
export function withFile<T>(path: string, look: (file: Buffer) => T, kept = NOTHING_KEPT): T {
  return withSource(path, kept, (source) => {
    // One byte more than it has, so that its end is seen. A pipe says 0.
    const room = Buffer.allocUnsafeSlow(
      Math.min(fstatSync(source.fd).size || FILE_MAX, FILE_MAX) + 1,
    );
    let length = room.length;
    try {
      length = readAll(source, room);
      return look(room.subarray(0, length));
    } finally {
      // Memory behind the file's end was never written to.
      room.fill(0, 0, length);
    }
  });
}

/** Room for some thousands of certificates. */
export const FILE_MAX = 1 << 24;

/**
 * Opening a pipe waits for its writer, and no signal is heard meanwhile: so this doesn't wait. What
 * Node itself has open is no file of credentials.
 */
export function openSource(path: string): number {
  const fd = descriptorNamedBy(path);
  if (fd !== null && !isInherited(fd)) {
    throw new CredentialsError(`descriptor ${fd} was not open when this program started`);
  }
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

function withSource<T>(path: string, kept: Kept, use: (source: Source) => T): T {
  const known = kept.get(path);
  // Other processes have what is kept open, too, and one place in it with all of them.
  if (known !== undefined) return use(new Source(known, 0));
  const fd = openSource(path);
  try {
    return use(new Source(fd));
  } finally {
    closeSync(fd);
  }
}

/** How long a pipe may take, from its opening to its end: milliseconds. */
const PIPE_PATIENCE = 10_000;

/** Between two looks into a pipe: milliseconds. */
export const PIPE_PAUSE = 5;

/** What is read from front to end; a pipe has its time for that. */
export class Source {
  private readonly deadline = now() + PIPE_PATIENCE;
  private length = 0;

  /** @param start where a file is read from, whatever was read of it before; null: a pipe can't tell */
  constructor(
    readonly fd: number,
    private readonly start: number | null = null,
  ) {}

  /**
   * @returns how many bytes came; 0: this is the end; null: nothing is there now
   * @throws {CredentialsError} if its time is over; a system error if it can't be read
   */
  read(room: Uint8Array): number | null {
    const position = this.start === null ? null : this.start + this.length;
    const count = readSome(this.fd, room, position);
    if (count > 0) this.length += count;
    if (count > 0 || (count === 0 && (this.length > 0 || !mayStillBegin(this.fd)))) return count;
    if (now() > this.deadline) throw new CredentialsError(tooSlow(this.length));
    return null;
  }
}

function readAll(source: Source, room: Uint8Array): number {
  let length = 0;
  while (length < room.length) {
    const count = source.read(room.subarray(length));
    if (count === 0) break;
    if (count === null) pause(PIPE_PAUSE);
    else length += count;
  }
  if (length === 0) throw new CredentialsError("the file is empty");
  if (length === room.length) throw new CredentialsError("the file is too large");
  return length;
}

/** -1: there is nothing now, and there may be later. */
function readSome(fd: number, room: Uint8Array, position: number | null): number {
  try {
    return readSync(fd, room, 0, room.length, position);
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

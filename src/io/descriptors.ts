import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  fstatSync,
  openSync,
  type Stats,
} from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { isatty, ReadStream, WriteStream } from "node:tty";
import { accessMode, isNodesOwn } from "./inheritance.ts";

/** A descriptor can't be used. The message says which and why. */
class DescriptorError extends Error {
  constructor(fd: number, reason: string) {
    super(`unable to use descriptor ${fd}: ${reason}`);
  }
}

/**
 * Both directions over descriptors that we inherited, whatever is behind them. They may be one.
 *
 * @throws {DescriptorError} if one is closed
 */
export function streamsOf(fdr: number, fdw: number): { readable: Readable; writable: Writable } {
  if (fdr !== fdw || !statusOf(fdr).isSocket()) {
    return { readable: readableOf(fdr), writable: writableOf(fdw) };
  }
  // Two handles on one descriptor would fight for its events.
  const both = socketOf(fdr, { readable: true, writable: true });
  return { readable: both, writable: both };
}

/**
 * Checks that a descriptor is open. Node opens the null device on 0, 1 and 2 where its parent left
 * them closed, so there it counts as closed; and its own descriptors are nobody else's.
 *
 * @throws {DescriptorError} if it is not
 */
export function requireOpen(fd: number): void {
  if (isNullDevice(fd) && fd <= 2) {
    throw new DescriptorError(fd, "it is closed, or the null device");
  }
  if (fd > 2 && isNodesOwn(fd)) throw new DescriptorError(fd, "Bad file descriptor");
}

/**
 * The same for cleartext, which may be the null device: then there is nothing to send, or the answer
 * is thrown away. Node opens it for both directions, and a shell's `</dev/null` for one.
 *
 * @throws {DescriptorError} if it is not open
 */
export function requireOpenForCleartext(fd: number): void {
  if (fd > 2 || !isNullDevice(fd)) requireOpen(fd);
  else if (accessMode(fd) === O_RDWR) {
    const remedy = "open the null device for one direction (</dev/null, >/dev/null)";
    throw new DescriptorError(fd, `it is closed; to send or get nothing, ${remedy}`);
  }
}

function isNullDevice(fd: number): boolean {
  const status = statusOf(fd);
  return status.isCharacterDevice() && status.rdev === NULL_DEVICE;
}

/**
 * Closes descriptors that another process has as well, so that their end is seen when it closes
 * them. The null device takes the places of 0, 1 and 2: whatever is opened next
 * would.
 */
export function leaveToOthers(...fds: readonly number[]): void {
  for (const fd of fds) {
    closeSync(fd);
    if (fd > 2) continue;
    const got = openSync("/dev/null", "r+");
    if (got !== fd) throw new DescriptorError(fd, `descriptor ${got} came in its place`);
  }
}

function readableOf(fd: number): Readable {
  if (isStream(statusOf(fd))) {
    return letGo(fd, socketOf(fd, { readable: true, writable: false }));
  }
  return isatty(fd) ? new ReadStream(fd) : createReadStream("", { fd });
}

/** On a socket, ending this writer is a half-close. */
function writableOf(fd: number): Writable {
  if (isStream(statusOf(fd))) {
    return letGo(fd, socketOf(fd, { readable: false, writable: true }));
  }
  return isatty(fd) ? new WriteStream(fd) : createWriteStream("", { fd });
}

/**
 * libuv leaves 0, 1 and 2 open when their streams are closed. Whoever reads from a pipe there would
 * wait for its EOF, and whoever writes to it for room, until the end of this process.
 */
function letGo(fd: number, socket: Socket): Socket {
  if (fd <= 2) socket.once("close", () => leaveStandard(fd));
  return socket;
}

/** The null device takes the place of it, and of those that were files and are closed already. */
function leaveStandard(fd: number): void {
  try {
    closeSync(fd);
    let got = 0;
    while (got <= 2) got = openSync("/dev/null", "r+");
    closeSync(got);
  } catch (error) {
    throw new DescriptorError(fd, (error as Error).message);
  }
}

const { O_RDWR } = constants;

/** Device 1:3 on Linux. */
const NULL_DEVICE = 0x103;

function statusOf(fd: number): Stats {
  try {
    return fstatSync(fd);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DescriptorError(fd, code === "EBADF" ? "Bad file descriptor" : message);
  }
}

/** @throws {DescriptorError} if Node can't make one of that descriptor */
function socketOf(fd: number, direction: { readable: boolean; writable: boolean }): Socket {
  try {
    // Records and replies go out in as few pieces as they can: Nagle would only delay them.
    return new Socket({ fd, ...direction, allowHalfOpen: true }).setNoDelay(true);
  } catch (error) {
    throw new DescriptorError(fd, (error as Error).message);
  }
}

function isStream(status: Stats): boolean {
  return status.isSocket() || status.isFIFO();
}

import { closeSync, createReadStream, createWriteStream, fstatSync, type Stats } from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { isInheritedNullDevice, isNodesOwn } from "./inheritance.ts";
import * as platform from "./platform.ts";

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
 * them closed, so there it counts as closed; and descriptors of Node's own can't be named.
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
  if (fd > 2 && isInheritedNullDevice(fd)) return;
  if (fd > 2 || !isNullDevice(fd)) requireOpen(fd);
  else if (platform.isOpenForBoth(fd)) {
    const remedy = `open the null device for one direction (<${platform.NULL_DEVICE}, >${platform.NULL_DEVICE})`;
    throw new DescriptorError(fd, `it is closed; to send or get nothing, ${remedy}`);
  }
}

function isNullDevice(fd: number): boolean {
  return platform.isNullDevice(statusOf(fd));
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
    const got = platform.openNullDevice();
    if (got !== fd && platform.numbersAreTheSystems)
      throw new DescriptorError(fd, `descriptor ${got} came in its place`);
  }
}

function readableOf(fd: number): Readable {
  if (isStream(statusOf(fd))) {
    return letGo(fd, socketOf(fd, { readable: true, writable: false }));
  }
  const { isatty, ReadStream } = terminals();
  return isatty(fd) ? new ReadStream(fd) : createReadStream("", { fd });
}

/** On a socket, ending this writer is a half-close. */
function writableOf(fd: number): Writable {
  if (isStream(statusOf(fd))) {
    return letGo(fd, socketOf(fd, { readable: false, writable: true }));
  }
  const { isatty, WriteStream } = terminals();
  return isatty(fd) ? new WriteStream(fd) : createWriteStream("", { fd });
}

/** Not at the top: connections and pipes don't need it. */
function terminals(): typeof import("node:tty") {
  return require("node:tty") as typeof import("node:tty");
}

/**
 * libuv leaves 0, 1 and 2 open when their streams are closed. The reader of a pipe there would
 * wait for its EOF, and its writer for room, until the end of this process.
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
    while (got <= 2) got = platform.openNullDevice();
    closeSync(got);
  } catch (error) {
    throw new DescriptorError(fd, (error as Error).message);
  }
}

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

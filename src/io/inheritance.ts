import type { Stats } from "node:fs";
import { canWrite, isNullDevice, openDescriptors, tellsPipesApart } from "./platform.ts";

/**
 * The descriptors above 2 that the process which started us meant for prog. Node marks most of them
 * close-on-exec when it starts; a program that execs, as the original does, would have passed them
 * on.
 *
 * Node's own are told apart by what they are: what polls, both ends of one pipe, and the null device.
 * Where the system doesn't tell one pipe from another, pipes may be Node's, and are not passed on.
 */
export function inheritedDescriptors(): number[] {
  const open = openDescriptors();
  const isMeant = (fd: number, status: Stats) =>
    fd > 2 && !looksLikeNodes(fd, open) && (tellsPipesApart || !status.isFIFO());
  return [...open].filter(([fd, status]) => isMeant(fd, status)).map(([fd]) => fd);
}

/** Was this descriptor open when the process started? */
export function isInherited(fd: number): boolean {
  const open = openDescriptors();
  return open.has(fd) && !looksLikeNodes(fd, open);
}

/** Is this descriptor open because Node itself opened it? */
export function isNodesOwn(fd: number): boolean {
  return looksLikeNodes(fd, openDescriptors());
}

/**
 * Is this null device one that the process which started us had opened? Node has one of its own, to
 * read from, whose number is above that of its first poller.
 */
export function isInheritedNullDevice(fd: number): boolean {
  const above = [...openDescriptors()].filter(([other]) => other > 2);
  const numbersOf = (isOne: (status: Stats) => boolean) =>
    above.filter(([, status]) => isOne(status)).map(([other]) => other);
  const nullDevices = numbersOf(isNullDevice);
  if (!nullDevices.includes(fd)) return false;
  return canWrite(fd) || nullDevices.length > 1 || fd < Math.min(...numbersOf(hasNoType));
}

function looksLikeNodes(fd: number, open: ReadonlyMap<number, Stats>): boolean {
  const status = open.get(fd);
  if (status === undefined) return false;
  if (isNullDevice(status) || hasNoType(status)) return true;
  if (!status.isFIFO()) return false;
  const ends = [...open.values()].filter(
    ({ dev, ino }) => dev === status.dev && ino === status.ino,
  );
  return ends.length > 1;
}

/** Where a file's type is in its mode: S_IFMT. */
const TYPE = 0o170000;

/** Anonymous inodes of Linux, such as epoll's. */
function hasNoType({ mode }: Stats): boolean {
  return (mode & TYPE) === 0;
}

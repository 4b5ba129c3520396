import { constants, readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * The descriptors above 2 that whoever started us meant for prog. Node marks most of them
 * close-on-exec when it starts; a program that execs, as the original does, would have passed them
 * on.
 *
 * Node's own are told apart by what they are: anonymous inodes, both ends of one pipe, and the
 * null device.
 */
export function inheritedDescriptors(): number[] {
  const links = openDescriptors();
  return [...links.keys()].filter((fd) => fd > 2 && !looksLikeNodes(fd, links));
}

/** Would this descriptor still be open after an exec? Node marks the low ones, up to a gap. */
export function survivesExec(fd: number): boolean {
  return (flagsOf(fd) & CLOSE_ON_EXEC) === 0;
}

/** O_RDONLY, O_WRONLY or O_RDWR; where the system doesn't tell, O_RDWR. */
export function accessMode(fd: number): number {
  try {
    return flagsOf(fd) & ACCESS_MODE;
  } catch {
    return constants.O_RDWR;
  }
}

function flagsOf(fd: number): number {
  const information = readFileSync(`/proc/self/fdinfo/${fd}`, "latin1");
  const flags = /^flags:\s*([0-7]+)$/m.exec(information)?.[1] ?? "";
  return Number.parseInt(flags, 8);
}

/** O_ACCMODE. */
const ACCESS_MODE = 3;

/** O_CLOEXEC on Linux. */
const CLOSE_ON_EXEC = 0o2000000;

/** Is this descriptor open because Node itself opened it? */
export function isNodesOwn(fd: number): boolean {
  const links = openDescriptors();
  return links.has(fd) && looksLikeNodes(fd, links);
}

/** What each open descriptor is; empty where the system doesn't tell. */
function openDescriptors(): Map<number, string> {
  const links = new Map<number, string>();
  for (const name of namesOfDescriptors()) {
    try {
      links.set(Number(name), readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      // The descriptor of the listing itself is gone by now.
    }
  }
  return links;
}

function namesOfDescriptors(): string[] {
  try {
    return readdirSync("/proc/self/fd");
  } catch {
    return [];
  }
}

function looksLikeNodes(fd: number, links: ReadonlyMap<number, string>): boolean {
  const link = links.get(fd) ?? "";
  if (link.startsWith("pipe:")) {
    return [...links.values()].filter((other) => other === link).length > 1;
  }
  return link.startsWith("anon_inode:") || link === "/dev/null";
}

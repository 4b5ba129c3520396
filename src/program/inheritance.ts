import { readdirSync, readlinkSync } from "node:fs";

/**
 * The descriptors above 2 that whoever started us meant for prog. Node marks them close-on-exec
 * when it starts; a program that execs, as the original does, would have passed them on.
 *
 * Node's own are told apart by what they are: anonymous inodes, both ends of one pipe, and the
 * null device.
 */
export function inheritedDescriptors(): number[] {
  const links = new Map<number, string>();
  for (const name of openDescriptors()) {
    try {
      links.set(Number(name), readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      // The descriptor of the listing itself is gone by now.
    }
  }
  const targets = [...links.values()];
  const isNodes = (link: string) =>
    link.startsWith("anon_inode:") ||
    link === "/dev/null" ||
    (link.startsWith("pipe:") && targets.filter((target) => target === link).length > 1);
  return [...links].filter(([fd, link]) => fd > 2 && !isNodes(link)).map(([fd]) => fd);
}

/** Empty where the system doesn't tell. */
function openDescriptors(): string[] {
  try {
    return readdirSync("/proc/self/fd");
  } catch {
    return [];
  }
}

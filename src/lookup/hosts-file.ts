import { readFileSync } from "node:fs";
import { formatAddress, parseAddress } from "../proxy-protocol/ip-address.ts";

/** hosts(5): an address, and its names, on each line. */
export interface HostsEntry {
  /** In its canonical form. */
  readonly address: string;
  readonly names: readonly string[];
}

/** The system's hosts file; none of it if it can't be read. */
export function readHosts(): HostsEntry[] {
  try {
    return parseHosts(readFileSync("/etc/hosts", "utf8"));
  } catch {
    return [];
  }
}

/** Lines that are none of hosts(5) are passed over, as everywhere. */
export function parseHosts(text: string): HostsEntry[] {
  return text.split("\n").flatMap((line) => {
    const [first = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const address = parseAddress(first);
    return address === null ? [] : [{ address: formatAddress(address), names }];
  });
}

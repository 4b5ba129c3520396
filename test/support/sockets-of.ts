import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The state LISTEN in /proc/net/tcp. */
const LISTEN = "0A";

/** The TCP ports on which a process listens, as the kernel tells. */
export function listeningPorts(pid: number): number[] {
  const own = new Set(socketInodes(pid));
  return ["tcp", "tcp6"]
    .flatMap((table) => readFileSync(`/proc/net/${table}`, "utf8").trim().split("\n").slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN && own.has(fields[9] ?? ""))
    .map((fields) => Number.parseInt(fields[1]?.split(":")[1] ?? "", 16));
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).match(/(?<=^socket:\[)[0-9]+/) ?? [];
    } catch {
      // It was closed in the meantime.
      return [];
    }
  });
}

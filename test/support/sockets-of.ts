import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";

/** The state LISTEN in /proc/net/tcp. */
const LISTEN = "0A";

/** The TCP ports on which a process listens, as the kernel tells. */
export function listeningPorts(pid: number): number[] {
  return tcpSockets(pid)
    .filter(({ state }) => state === LISTEN)
    .map(({ local }) => local);
}

/** The ports of the clients whose TCP connections a process has. */
export function clientPorts(pid: number): number[] {
  return tcpSockets(pid)
    .filter(({ state }) => state !== LISTEN)
    .map(({ remote }) => remote);
}

interface TcpSocket {
  state: string | undefined;
  /** Ports. */
  local: number;
  remote: number;
}

function tcpSockets(pid: number): TcpSocket[] {
  const own = new Set(socketInodes(pid));
  return ["tcp", "tcp6"]
    .flatMap((table) => readFileSync(`/proc/net/${table}`, "utf8").trim().split("\n").slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => own.has(fields[9] ?? ""))
    .map(([, local, remote, state]) => ({ state, local: portOf(local), remote: portOf(remote) }));
}

function portOf(address = ""): number {
  return Number.parseInt(address.split(":")[1] ?? "", 16);
}

/** The flag __SO_ACCEPTCON in /proc/net/unix: connections have the path of the socket that took them, too. */
const ACCEPTS = "00010000";

/** The folder in which a spawner listens. */
export function doorsFolder(spawner = 0): string {
  return dirname(listeningPaths(spawner).find((path) => path.includes("s6-tlsserver-")) ?? "");
}

/** Where a process listens on UNIX sockets. */
export function listeningPaths(pid: number): string[] {
  const mine = new Set(socketInodes(pid));
  const lines = readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .map((line) => line.split(/ +/));
  const listening = lines.filter((line) => line[3] === ACCEPTS && mine.has(line[6] ?? ""));
  return listening.map((line) => line[7] ?? "");
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

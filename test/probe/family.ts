/**
 * The processes of a server with three users, and a prog of theirs that reaches none of them.
 */
import { appendFileSync, chmodSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Destination } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";
import { childrenOf, isAlive, roleOf } from "../support/server.ts";
import { doorsFolder } from "../support/sockets-of.ts";
import { Prober } from "./prober.ts";

/** The user of the engines, and that of the progs: numbers that every Debian has, without rights. */
export const [TLS, WWW] = [65_534, 33];

/** A server, by the process that listens. */
export interface Family extends Destination {
  readonly pid: number;
}

/** The primary's children: one is root for good, and the others are workers. */
export function familyOf(primary: number): { spawner: number; workers: number[] } {
  const children = childrenOf(primary).filter(isAlive);
  const spawner = children.find((pid) => roleOf(pid) === "spawner") ?? 0;
  return { spawner, workers: children.filter((pid) => roleOf(pid) === "worker") };
}

function uidOf(pid: number): number {
  return Number(/^Uid:\s+([0-9]+)/m.exec(ofProcess(pid, "status"))?.[1]);
}

/** Nothing, of a process that has ended meanwhile. */
export function ofProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/**
 * Two progs, of different workers, reach neither the key's file nor a process that is not theirs.
 *
 * @param server its prog is reach.c's, and it has two workers
 * @returns what is to be left
 */
export async function reachNothing(server: Family, keyFile: string): Promise<Prober[]> {
  await eventually(
    "two workers and a spawner",
    () => {
      const { spawner, workers } = familyOf(server.pid);
      // Until it serves, a worker may read what root may read.
      return spawner !== 0 && workers.length === 2 && workers.every((pid) => uidOf(pid) === TLS);
    },
    40_000,
  );
  const probers: Prober[] = [];
  for (let turn = 0; turn < 2; turn++) {
    const one = await Prober.at(server);
    probers.push(one);
    const { spawner, workers } = familyOf(server.pid);
    const [first = 0, second = 0] = workers;
    expect([server.pid, spawner, first, second, one.pid].map(uidOf)).toEqual([0, 0, TLS, TLS, WWW]);
    expect(await one.canRead(keyFile), "the key's file").toBe(false);
    await one.touchesNoneOf({ primary: server.pid, spawner, first, second });
    expect(await one.doorsIn(doorsFolder(spawner))).toEqual([]);
  }
  return probers;
}

/** What runs a command where there is a user www: Debian has none. */
export function withUserWww(): string[] {
  const passwd = scratchFile("passwd", readFileSync("/etc/passwd", "utf8"));
  appendFileSync(passwd, `www:x:${WWW}:${WWW}::/:/bin/false\n`);
  chmodSync(passwd, 0o644);
  const script = 'mount --bind "$1" /etc/passwd && shift && exec "$@"';
  return ["unshare", "-m", "sh", "-c", script, "sh", passwd];
}

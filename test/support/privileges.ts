import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { node } from "./nodes.ts";

/** Debian's nobody and nogroup. */
export const NOBODY = 65534;

/** The engine runs as nobody. */
export const AS_NOBODY = { TLS_UID: `${NOBODY}`, TLS_GID: `${NOBODY}` };

/** A Node with process.execve. */
export const newerNode = node(24);

/** Every story is told with the Node that runs the tests, and with one that surely can exec. */
export const NODES: [string, string][] = [
  ["this Node", process.execPath],
  ["a Node that can exec", newerNode],
];

export interface Identity {
  /** Real, effective, saved and that of the file system. */
  uids: number[];
  gids: number[];
  groups: number[];
}

/** Who each task of a process is, as the kernel tells. */
export function identitiesOf(pid: number): Identity[] {
  return readdirSync(`/proc/${pid}/task`).map((task) => {
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, "utf8");
    const numbers = (name: string) => field(status, name).split(/\s+/).filter(Boolean).map(Number);
    return { uids: numbers("Uid"), gids: numbers("Gid"), groups: numbers("Groups") };
  });
}

/** Fails unless every task of a process is that one. */
export function expectEvery(pid: number, identity: Identity): void {
  const identities = identitiesOf(pid);
  expect(identities.length).toBeGreaterThan(0);
  expect(identities).toEqual(identities.map(() => identity));
}

/** Of a process that never changed user: real, effective, saved and that of the file system. */
export function four(id: number): number[] {
  return [id, id, id, id];
}

/** Nobody's identity, and the groups are gone. */
export const nobody: Identity = { uids: four(NOBODY), gids: four(NOBODY), groups: [] };

/** The processes that a process started and that are still there. */
export function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const lists = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"));
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

/** The command line of a process. */
export function commandOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
}

/** A line of /proc/PID/status, by its name. */
export function statusOf(pid: number, name: string): string {
  return field(readFileSync(`/proc/${pid}/status`, "utf8"), name);
}

/** The s6-tlsd-io that a s6-tlsd has started, or s6-tlsc-io that a s6-tlsc has; or null. */
export function engineChildOf(pid: number): number | null {
  return childrenOf(pid).find(isEngine) ?? null;
}

function isEngine(pid: number): boolean {
  try {
    return commandOf(pid).some((word) => /\/s6-tls[cd]-io$/.test(word));
  } catch {
    // Another child, which is gone by now.
    return false;
  }
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(status)?.[1]?.trim() ?? "";
}

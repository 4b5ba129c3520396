/** What TLS_UID and TLS_GID make of the process that speaks TLS. */
import { readFileSync } from "node:fs";
import type { TestContext } from "vitest";
import { connectRaw } from "../../support/clients.ts";
import { eventually } from "../../support/limits.ts";
import type { Running } from "../../support/processes.ts";
import { type Call, open } from "../visit.ts";

/** Whom the engine becomes: an id that no other process of the tests has. */
export const NOBODY = 65534;

export const OWNER = { TLS_UID: `${NOBODY}`, TLS_GID: `${NOBODY}` };

/** For what only root can do. */
export function needsRoot({ skip }: TestContext): void {
  skip(process.getuid?.() !== 0, "only root can");
}

/** Runs with supplementary groups, which every process that starts meanwhile inherits. */
export async function withGroups(groups: number[], action: () => Promise<void>): Promise<void> {
  const before = process.getgroups?.() ?? [];
  process.setgroups?.(groups);
  try {
    await action();
  } finally {
    process.setgroups?.(before);
  }
}

export interface Process {
  command: string;
  environment: string[];
  /** Fields of /proc/…/status. */
  status: Record<string, string>;
}

/** The child that s6-tlsd has while its client hasn't sent a byte, once it has given root up. */
export async function engineOfSilentClient(call: Call): Promise<Process> {
  const listener = await open({ ...call, environment: { ...OWNER, ...call.environment } });
  await connectRaw(listener.port);
  const tunnel = await listener.tunnel();
  const engine = () => childrenOf(tunnel)[0];
  await eventually(
    "the engine's own ids",
    () => engine()?.status["Uid"]?.includes("65534") === true,
  );
  return engine() as Process;
}

export function childrenOf({ pid }: Running): Process[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).flatMap(describe);
}

function describe(pid: string): Process[] {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8");
  try {
    return [
      {
        command: read("cmdline").replaceAll("\0", " "),
        environment: read("environ").split("\0"),
        status: fields(read("status")),
      },
    ];
  } catch {
    // It has just begun, or just ended.
    return [];
  }
}

function fields(status: string): Record<string, string> {
  const lines = status.split("\n").map((line) => line.split(/:\s*/));
  return Object.fromEntries(lines.map(([name, value = ""]) => [name, value.trim()]));
}

/** An id in /proc/…/status: real, effective, saved and of the file system. */
export function fourTimes(id: number): string {
  return Array(4).fill(id).join("\t");
}

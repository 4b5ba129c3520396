/**
 * A process that does nothing but start programs, for one that is large: to start a program costs
 * the more the more memory a process has, and blocks it until the program runs. It is told by
 * messages, never sees a key or a byte of a connection, and is run as a program of its own.
 */
import { closeSync, openSync, rmSync } from "node:fs";
import { type Ending, Program } from "./program.ts";

/** What this process is started with, as JSON: it never changes. */
export interface SpawnerSettings {
  readonly command: readonly string[];
  /** Where the named pipes are; removed when whoever started this process is gone. */
  readonly folder: string;
}

export type ToSpawner =
  | {
      readonly start: number;
      /** Names of pipes: what prog reads, and what it writes. */
      readonly pipes: readonly [string, string];
      /** Besides this process's own environment; null: unset. */
      readonly variables: readonly (readonly [string, string | null])[];
    }
  | { readonly kill: number; readonly signal: NodeJS.Signals };

export type FromSpawner =
  | { readonly started: number }
  | { readonly failed: number; readonly code: string; readonly errno: number }
  | { readonly ended: number; readonly ending: Ending };

const IGNORED = ["SIGUSR1", "SIGUSR2", "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

export function spawner({ command, folder }: SpawnerSettings): void {
  // Signals to a whole group are for others; and SIGUSR1 would open Node's inspector.
  for (const signal of IGNORED) process.on(signal, () => {});
  process.on("disconnect", () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
  const programs = new Map<number, Program>();
  process.on("message", (message: ToSpawner) => {
    if ("kill" in message) programs.get(message.kill)?.kill(message.signal);
    else start(message);
  });

  function start({ start: number, pipes, variables }: Extract<ToSpawner, { start: number }>): void {
    const environment = { ...process.env };
    for (const [name, value] of variables) {
      if (value === null) delete environment[name];
      else environment[name] = value;
    }
    const fail = (error: NodeJS.ErrnoException) => {
      programs.delete(number);
      tell({ failed: number, code: error.code ?? "", errno: error.errno ?? 0 });
    };
    const cleartext: number[] = [];
    try {
      cleartext.push(openSync(pipes[0], "r"), openSync(pipes[1], "w"));
      const program = new Program({
        command,
        environment,
        descriptors: [],
        numbers: [0, 1],
        cleartext: cleartext as [number, number],
        ended: (ending) => {
          programs.delete(number);
          tell({ ended: number, ending });
        },
        failed: fail,
      });
      programs.set(number, program);
      tell({ started: number });
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
    } finally {
      for (const fd of cleartext) closeSync(fd);
    }
  }
}

function tell(message: FromSpawner): void {
  if (process.connected) process.send?.(message);
}

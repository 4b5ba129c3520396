import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { passSignalsOn } from "./signals.ts";

/** How prog ended: an exit code or the signal that killed it. */
export type Ending =
  | { readonly code: number; readonly signal: null }
  | { readonly code: null; readonly signal: NodeJS.Signals };

export interface ProgramSettings {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Descriptors above 2 that are passed on. */
  readonly descriptors: readonly number[];
  readonly ended: (ending: Ending) => void;
  /** It could not be started. */
  readonly failed: (error: NodeJS.ErrnoException) => void;
}

/** A running program: its cleartext on two pipes, everything else as if we had become it. */
export class Program {
  readonly stdin: Writable;
  readonly stdout: Readable;

  constructor(settings: ProgramSettings) {
    const child = start(settings);
    this.stdin = child.stdin as Writable;
    this.stdout = child.stdout as Readable;
    child.on("error", settings.failed);
    child.on("exit", (code, signal) => {
      settings.ended(signal === null ? { code: code ?? 0, signal } : { code: null, signal });
    });
    passSignalsOn((signal) => child.kill(signal));
  }
}

function start({ command, environment, descriptors }: ProgramSettings): ChildProcess {
  const [file = "", ...args] = command;
  const stdio: ("pipe" | "inherit" | "ignore")[] = ["pipe", "pipe", "inherit"];
  for (const fd of descriptors) {
    while (stdio.length < fd) stdio.push("ignore");
    stdio[fd] = "inherit";
  }
  return spawn(file, args, { stdio, env: environment });
}

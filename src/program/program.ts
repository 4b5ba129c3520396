import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

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
  /** What it gets as standard input and output; "pipe": what Node gives a child. */
  readonly stdin: number | "pipe";
  readonly stdout: number | "pipe";
  readonly ended: (ending: Ending) => void;
  /** It could not be started. */
  readonly failed: (error: NodeJS.ErrnoException) => void;
}

/** A running program: cleartext on its standard input and output, all else as if we were it. */
export class Program {
  /** The other ends of its pipes; null where it got a descriptor. */
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;

  private readonly child: ChildProcess;

  constructor(settings: ProgramSettings) {
    const child = start(settings);
    this.child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    child.on("error", settings.failed);
    child.on("exit", (code, signal) => {
      settings.ended(signal === null ? { code: code ?? 0, signal } : { code: null, signal });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

function start(settings: ProgramSettings): ChildProcess {
  const { command, environment, descriptors, stdin, stdout } = settings;
  const [file = "", ...args] = command;
  const stdio: (number | "pipe" | "inherit" | "ignore")[] = [stdin, stdout, "inherit"];
  for (const fd of descriptors) {
    while (stdio.length < fd) stdio.push("ignore");
    stdio[fd] = "inherit";
  }
  return spawn(file, args, { stdio, env: environment });
}

import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import type { Duplex, Readable, Writable } from "node:stream";
import { errnoOf, reasonOf } from "../cli/diagnostics.ts";
import { childProcesses, openNullDevice } from "../io/platform.ts";

/** How a child ended: an exit code or the signal that killed it. */
export type Ending =
  | { readonly code: number; readonly signal: null }
  | { readonly code: null; readonly signal: NodeJS.Signals };

/** The same, as Node's events tell it. */
export function endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
  return signal === null ? { code: code ?? 0, signal } : { code: null, signal };
}

/** prog could not be started. */
export class CannotRun extends Error {
  /** There is no such file. */
  readonly isMissing: boolean;

  constructor([file]: readonly string[], cause: unknown) {
    super(`unable to run ${file}: ${reasonOf(cause)}`, { cause });
    this.isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
  }
}

export interface ProgramSettings {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Descriptors above 2 that are passed on. */
  readonly descriptors: readonly number[];
  /** The numbers under which it finds the cleartext, to read and to write. */
  readonly numbers: readonly [readFd: number, writeFd: number];
  /** What is behind these numbers: two descriptors of ours, or "pipe" for what Node gives a child. */
  readonly cleartext: readonly [read: number, write: number] | "pipe";
  /** The number of one more pipe, which leads both ways; null: there is none. */
  readonly control?: number | null;
  readonly ended: (ending: Ending) => void;
  /** It could not be started. */
  readonly failed: (error: CannotRun) => void;
}

/** A running program: cleartext on two of its descriptors, all else as if we were it. */
export class Program {
  /** The other ends of its pipes: what it reads, and what it writes. Null where it got descriptors. */
  readonly input: Writable | null;
  readonly output: Readable | null;
  readonly control: Duplex | null;

  private readonly child: ChildProcess;

  /** @throws {CannotRun} for what shows at once */
  constructor(settings: ProgramSettings) {
    const { command } = settings;
    const child = start(settings);
    this.child = child;
    if (child.stdio === undefined) {
      // Without descriptors, Node makes no pipes, and says why a moment later.
      child.on("error", () => {});
      throw new CannotRun(command, outOfDescriptors());
    }
    const [readFd, writeFd] = settings.numbers;
    const { control = null } = settings;
    this.input = child.stdio[readFd] as Writable | null;
    this.output = child.stdio[writeFd] as Readable | null;
    this.control = control === null ? null : (child.stdio[control] as Duplex);
    // prog may say that it has no more to ask, and still wait for what it is told.
    if (this.control !== null) this.control.allowHalfOpen = true;
    // Or prog's end would look like ours, and not like a reader that has gone; and with one number
    // for both directions, Node would answer prog's half-close with its own.
    if (this.input !== null) (this.input as Socket).allowHalfOpen = true;
    child.on("error", (error) => settings.failed(new CannotRun(command, error)));
    child.on("exit", (code, signal) => {
      // Node does this for a standard input alone; without it, the tunnel waits for the peer's end.
      // One socket for both directions may still hold what prog said last.
      if (readFd !== writeFd) this.input?.destroy();
      settings.ended(endingOf(code, signal));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** There are none for this process, or none in the whole system: opening anything fails. */
function outOfDescriptors(): NodeJS.ErrnoException {
  try {
    closeSync(openNullDevice());
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  const error: NodeJS.ErrnoException = new Error("spawn EMFILE");
  return Object.assign(error, { code: "EMFILE", errno: errnoOf("EMFILE") });
}

function start(settings: ProgramSettings): ChildProcess {
  const { command, environment, descriptors, numbers, cleartext, control = null } = settings;
  const [file = "", ...args] = command;
  const stdio: (number | "pipe" | "inherit" | "ignore")[] = ["inherit", "inherit", "inherit"];
  const put = (fd: number, what: number | "pipe" | "inherit") => {
    while (stdio.length < fd) stdio.push("ignore");
    stdio[fd] = what;
  };
  for (const fd of descriptors) put(fd, "inherit");
  const [read, write] = cleartext === "pipe" ? (["pipe", "pipe"] as const) : cleartext;
  put(numbers[0], read);
  put(numbers[1], write);
  if (control !== null) put(control, "pipe");
  try {
    return childProcesses().spawn(file, args, { stdio, env: environment });
  } catch (error) {
    throw new CannotRun(command, error);
  }
}

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import { afterEach } from "vitest";
import { scratch } from "./scratch.ts";

/** Limit for a process whose test sets none: far more than any of them needs. */
const PATIENCE_MS = 20_000;

export interface Start {
  /** The whole environment: PATH and what is given here. */
  environment?: Record<string, string>;
  stdio?: StdioOptions;
  /** Written to standard input, which is closed after it. */
  input?: string | Uint8Array;
  /** The process is killed, and its test fails, when it lives longer. */
  patience?: number;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Starts a process in a process group of its own. Whatever is left of the
 * group when the test ends is killed.
 */
export function start(command: readonly string[], settings: Start = {}): Running {
  return new Running(command, settings);
}

/** Starts a process and waits until it has ended and its output is closed. */
export function run(command: readonly string[], settings: Start = {}): Promise<Ended> {
  const running = start(command, settings);
  running.child.stdin?.end(settings.input ?? "");
  return running.ended;
}

export class Running {
  readonly child: ChildProcess;
  readonly pid: number;

  /** Rejects if the process does not end in time. */
  readonly ended: Promise<Ended>;

  private readonly stdoutChunks: Buffer[] = [];
  private readonly stderrChunks: Buffer[] = [];
  private closed = false;

  constructor(command: readonly string[], settings: Start) {
    const [program = "", ...args] = command;
    this.child = spawn(program, args, {
      cwd: scratch,
      detached: true,
      env: { PATH: process.env["PATH"], ...settings.environment },
      stdio: settings.stdio ?? "pipe",
    });
    // Of what could not be started; 0 would mean our own group to kill(2).
    this.pid = this.child.pid ?? Number.NaN;
    this.child.stdout?.on("data", (chunk: Buffer) => this.stdoutChunks.push(chunk));
    this.child.stderr?.on("data", (chunk: Buffer) => this.stderrChunks.push(chunk));
    // A process that ends before it has read its input is no error here.
    this.child.stdin?.on("error", () => {});
    this.ended = this.watch(command.join(" "), settings.patience ?? PATIENCE_MS);
    this.ended.catch(() => {});
    alive.add(this);
  }

  get stdout(): string {
    return Buffer.concat(this.stdoutChunks).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.stderrChunks).toString();
  }

  get isOver(): boolean {
    return this.closed;
  }

  /** Sends a signal to the process alone, not to its children. */
  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** One of the further descriptors that `stdio` made pipes. */
  descriptor(number: number): Duplex {
    return this.child.stdio[number] as unknown as Duplex;
  }

  kill(): Promise<unknown> {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // No process is left in the group, or it was never there.
    }
    return this.ended.catch(() => {});
  }

  private watch(command: string, patience: number): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`still alive after ${patience} ms: ${command}\n${this.stderr}`));
        void this.kill();
      }, patience);
      this.child.once("error", reject);
      this.child.once("close", (code, signal) => {
        clearTimeout(timer);
        this.closed = true;
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }
}

const alive = new Set<Running>();

afterEach(async () => {
  const all = [...alive];
  alive.clear();
  await Promise.all(all.map((running) => running.kill()));
});

/** Everything that a stream brings until its EOF. */
export function everything(stream: Readable): Promise<Buffer> {
  // Node tells of an EOF with nothing before it whether or not there is a listener yet.
  if (stream.readableEnded) return Promise.resolve(Buffer.alloc(0));
  if (stream.errored !== null) return Promise.reject(stream.errored);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("end", () => resolve(Buffer.concat(chunks)));
    stream.once("error", reject);
    stream.once("close", () => reject(new Error("closed without an EOF")));
  });
}

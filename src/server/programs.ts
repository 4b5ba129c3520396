import { type ChildProcess, fork } from "node:child_process";
import { closeSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { PipeNames } from "../io/pipe-names.ts";
import { openBoth, type Pipe } from "../io/pipes.ts";
import { type Ending, Program } from "../program/program.ts";
import type { FromSpawner, ToSpawner } from "../program/spawner.ts";
import type { Variables } from "../service/session-variables.ts";
import { programEnvironment } from "../service/session-variables.ts";
import type { Log } from "./log.ts";

/** A prog, wherever it was started from. */
export interface Running {
  /** What it reads, and what it writes. */
  readonly input: Writable;
  readonly output: Readable;
  kill(signal: NodeJS.Signals): void;
}

export interface Start {
  readonly variables: Variables;
  readonly ended: (ending: Ending) => void;
  /** It could not be started after all. */
  readonly failed: (error: NodeJS.ErrnoException) => void;
}

/** Starts progs. */
export interface Programs {
  /** @throws a system error if it can't even be tried */
  start(start: Start): Running;
}

export interface ProgramsSettings {
  readonly command: readonly string[];
  /** What every prog finds. */
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Without the process that starts programs, this one is of no use. */
  readonly lost: () => void;
}

/** Progs from a process of their own; from this one where there are no named pipes. */
export function programsFor(settings: ProgramsSettings): Programs {
  try {
    return new SpawnedPrograms(settings, new PipeNames());
  } catch (error) {
    settings.log.warn("no named pipes", `starting programs by itself: ${(error as Error).message}`);
    return new OwnPrograms(settings);
  }
}

class OwnPrograms implements Programs {
  constructor(private readonly settings: ProgramsSettings) {}

  start({ variables, ended, failed }: Start): Running {
    const { command, environment } = this.settings;
    const program = new Program({
      command,
      environment: programEnvironment(environment, variables, () => false),
      descriptors: [],
      numbers: [0, 1],
      cleartext: "pipe",
      ended,
      failed,
    });
    const { input, output } = program;
    return {
      input: input as Writable,
      output: output as Readable,
      kill: (signal) => program.kill(signal),
    };
  }
}

interface Started extends Start {
  /** The ends that are prog's: held open until it has them. */
  readonly release: () => void;
}

class SpawnedPrograms implements Programs {
  private readonly spawner: ChildProcess;
  private readonly started = new Map<number, Started>();
  private count = 0;

  constructor(
    { command, environment, lost }: ProgramsSettings,
    private readonly names: PipeNames,
  ) {
    const settings = JSON.stringify({ command, folder: names.folder });
    this.spawner = fork(join(__dirname, "spawner.cjs"), [settings], {
      env: environment,
      // It has next to no data: the smaller it is, the faster it forks.
      execArgv: ["--max-semi-space-size=1"],
    });
    this.spawner.on("message", (message: FromSpawner) => this.hear(message));
    this.spawner.on("exit", lost);
    this.spawner.on("error", lost);
  }

  start(start: Start): Running {
    const pipes = [this.names.take(), this.names.take()] as const;
    const [toProgram, fromProgram] = openPipes(pipes);
    const number = ++this.count;
    this.started.set(number, {
      ...start,
      release: () => {
        closeSync(toProgram.read);
        closeSync(fromProgram.write);
        for (const name of pipes) unlinkSync(name);
      },
    });
    this.tell({ start: number, pipes, variables: [...start.variables] });
    return {
      input: new Socket({ fd: toProgram.write, readable: false, writable: true }),
      output: new Socket({ fd: fromProgram.read, readable: true, writable: false }),
      kill: (signal) => this.tell({ kill: number, signal }),
    };
  }

  private tell(message: ToSpawner): void {
    if (this.spawner.connected) this.spawner.send(message);
  }

  private hear(message: FromSpawner): void {
    if ("started" in message) {
      this.started.get(message.started)?.release();
    } else if ("failed" in message) {
      const { code, errno } = message;
      const failed = this.forget(message.failed);
      failed?.release();
      failed?.failed(Object.assign(new Error(code), { code, errno }));
    } else {
      this.forget(message.ended)?.ended(message.ending);
    }
  }

  private forget(number: number): Started | undefined {
    const started = this.started.get(number);
    this.started.delete(number);
    return started;
  }
}

/** Both or none. */
function openPipes([first, second]: readonly [string, string]): [Pipe, Pipe] {
  const toProgram = openBoth(first);
  try {
    return [toProgram, openBoth(second)];
  } catch (error) {
    closeSync(toProgram.read);
    closeSync(toProgram.write);
    throw error;
  }
}

import type { Readable, Writable } from "node:stream";
import type { Variables } from "../connection/session-variables.ts";
import { withoutOurDescriptors } from "../program/exec.ts";
import { type CannotRun, type Ending, Program } from "../program/program.ts";
import type { ClientFacts } from "./messages.ts";
import { commandFor, environmentFor, type ProgEnvironment } from "./prog-environment.ts";

/** A prog that is to run for a connection. */
export interface Launch {
  readonly client: ClientFacts;
  /** What the handshake tells it. */
  readonly session: Variables;
  /** What a PROXY header does. */
  readonly proxied: Variables;
  readonly ended: (ending: Ending) => void;
  /** It could not be started. */
  readonly failed: (error: CannotRun) => void;
}

/** One that runs, or is being started. */
export interface Running {
  readonly readable: Readable;
  readonly writable: Writable;
  kill(signal: NodeJS.Signals): void;
}

/** What starts progs for a worker. */
export interface Programs {
  /** @throws {CannotRun} for what shows at once */
  launch(launch: Launch): Running;
}

/** Children of the worker itself, and so its own user. */
export class OwnPrograms implements Programs {
  constructor(
    private readonly command: readonly string[],
    private readonly environment: ProgEnvironment,
  ) {}

  launch({ client, session, proxied, ended, failed }: Launch): Running {
    const command = commandFor(this.command, client);
    const environment = environmentFor(this.environment, { client, session, proxied });
    const program = new Program({
      command: withoutOurDescriptors(command, environment),
      environment,
      // Those that the server itself inherited were for it.
      descriptors: [],
      numbers: [0, 1],
      cleartext: "pipe",
      ended,
      failed,
    });
    return {
      readable: program.output as Readable,
      writable: program.input as Writable,
      kill: (signal) => program.kill(signal),
    };
  }
}

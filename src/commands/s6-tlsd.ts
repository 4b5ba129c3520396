import { Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { type CommandLine, UsageError } from "../cli/options.ts";
import * as tls from "../cli/tls-options.ts";
import { isOurs } from "../credentials/environment.ts";
import { requireOpen, streamsOf } from "../io/descriptors.ts";
import { inheritedDescriptors } from "../io/inheritance.ts";
import { type Ending, Program } from "../program/program.ts";
import { dieOf } from "../program/signals.ts";
import type { Session } from "../sandbox/engine.ts";
import { Connection, type Streams } from "./connection.ts";
import { run } from "./run.ts";
import { prepareServer } from "./server-side.ts";
import { programEnvironment } from "./session-variables.ts";
import { tellEnd } from "./summary.ts";

const PROGRAM = "s6-tlsd";

const line: CommandLine<tls.TlsSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    tls.clientCertificate,
    tls.keepEnvironment,
    tls.verbosity,
    tls.handshakeTimeout,
    tls.sniLevel,
    tls.profile,
  ],
  operands: "prog...",
};

function main(settings: tls.TlsSettings, command: readonly string[]): void {
  if (command.length === 0) throw new UsageError("prog is missing");
  requireOpen(0);
  requireOpen(1);
  new Service(settings, command).start();
}

/**
 * Two lives in one process: the tunnel's and prog's. When both are over we end as prog did; if
 * prog never began, as the tunnel did.
 */
class Service {
  private connection: Connection | null = null;
  private program: Program | null = null;
  private ending: Ending | null = null;
  private tunnelOver = false;

  constructor(
    private readonly settings: tls.TlsSettings,
    private readonly command: readonly string[],
  ) {}

  start(): void {
    const { engine, keeper } = prepareServer(this.settings, process.env);
    this.connection = new Connection({
      ...this.settings,
      engine,
      network: streamsOf(0, 1),
      established: (session) => {
        // There is no second handshake: the key has done its work.
        keeper.wipe();
        return this.startProgram(session);
      },
      over: (failure) => {
        keeper.wipe();
        this.endTunnel(failure);
      },
    });
  }

  private startProgram(session: Session): Streams {
    const { keepEnvironment } = this.settings;
    const remove = (name: string) => !keepEnvironment && isOurs(name);
    try {
      this.program = new Program({
        command: this.command,
        environment: programEnvironment(process.env, session, remove),
        descriptors: inheritedDescriptors(),
        ended: (ending) => this.endProgram(ending),
        failed: (error) => this.connection?.abort(this.cannotRun(error)),
      });
    } catch (error) {
      throw this.cannotRun(error as Error);
    }
    return { readable: this.program.stdout, writable: this.program.stdin };
  }

  private cannotRun(error: NodeJS.ErrnoException): Fatal {
    this.program = null;
    const code = error.code === "ENOENT" ? ExitCode.notFound : ExitCode.notExecutable;
    return new Fatal(code, `unable to run ${this.command[0]}: ${reasonOf(error)}`);
  }

  private endProgram(ending: Ending): void {
    this.ending = ending;
    if (this.tunnelOver) mirror(ending);
  }

  private endTunnel(failure: Fatal | null): void {
    this.tunnelOver = true;
    if (this.connection !== null) {
      tellEnd(PROGRAM, this.settings.verbosity, this.connection.facts(failure));
    }
    if (this.ending !== null) mirror(this.ending);
    else if (this.program === null) process.exit(failure?.exitCode ?? ExitCode.success);
  }
}

/** Ends this process as prog ended. */
function mirror({ code, signal }: Ending): void {
  if (signal === null) process.exit(code);
  dieOf(signal);
}

run({ program: PROGRAM, line, defaults: tls.DEFAULTS, main });

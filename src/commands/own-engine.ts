import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { Connection, type Streams } from "../connection/connection.ts";
import { ExitCode, exitCodeOf } from "../connection/exit-codes.ts";
import { sessionVariables } from "../connection/session-variables.ts";
import { peerOf, tellEnd } from "../connection/summary.ts";
import { requireOpen, streamsOf } from "../io/descriptors.ts";
import { inheritedDescriptors } from "../io/inheritance.ts";
import { childProcesses } from "../io/platform.ts";
import type { Ending, Program } from "../program/program.ts";
import type { Session } from "../sandbox/engine.ts";
import { expectOneConnection } from "../setup/modules.ts";
import { mirror, type ProgService, startProgram } from "./prog.ts";

/**
 * Two lives in one process: the tunnel's and prog's. When both are over we end as prog did; if
 * prog never began, as the tunnel did.
 */
export class OwnEngine {
  private connection: Connection | null = null;
  private program: Program | null = null;
  private ending: Ending | null = null;
  private tunnelOver = false;
  private inherited: readonly number[] | undefined;

  constructor(private readonly service: ProgService) {
    this.inherited = service.inherited;
  }

  start(): void {
    // V8 takes nothing from Node's code cache once its flags have changed.
    childProcesses();
    expectOneConnection();
    const { settings, environment, network: source, prepare } = this.service;
    // First, as the original does: a key that can't be read is 96 whatever the descriptors are.
    const { engine, keeper } = prepare();
    if (!(source instanceof Socket)) for (const fd of source) requireOpen(fd);
    const network =
      source instanceof Socket ? { readable: source, writable: source } : streamsOf(...source);
    this.connection = new Connection({
      ...settings,
      engine,
      network,
      peer: peerOf(environment, network.readable),
      awaitsPeer: () => {
        this.inherited ??= inheritedDescriptors();
      },
      keyUsed: () => keeper?.wipe(),
      established: (session) => this.startProgram(session),
      over: (failure) => this.endTunnel(failure),
    });
  }

  private startProgram(session: Session): Streams {
    const program = startProgram(this.service, {
      variables: sessionVariables(session),
      numbers: this.service.cleartext,
      cleartext: "pipe",
      descriptors: this.inherited ?? inheritedDescriptors(),
      ended: (ending) => this.endProgram(ending),
      failed: (error) => {
        this.program = null;
        this.connection?.abort(error);
      },
    });
    this.program = program;
    return { readable: program.output as Readable, writable: program.input as Writable };
  }

  private endProgram(ending: Ending): void {
    this.ending = ending;
    if (this.tunnelOver) mirror(ending);
  }

  private endTunnel(failure: Error | null): void {
    const { program, settings } = this.service;
    this.tunnelOver = true;
    if (this.connection !== null) {
      tellEnd(program, settings.verbosity, this.connection.facts(failure));
    }
    if (this.ending !== null) mirror(this.ending);
    else if (this.program === null)
      process.exit(failure === null ? ExitCode.success : exitCodeOf(failure));
  }
}

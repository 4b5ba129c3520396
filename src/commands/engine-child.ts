import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import { parseNotification, type Variables } from "../connection/session-variables.ts";
import { inheritedDescriptors } from "../io/inheritance.ts";
import type { Pipe } from "../io/pipes.ts";
import { survivesExec } from "../io/platform.ts";
import { become, canBecome } from "../program/exec.ts";
import type { Ending } from "../program/program.ts";
import { dieOf, onFatalSignal } from "../program/signals.ts";
import { pipesForProgram, startEngineProcess, tellHow } from "./engine-process.ts";
import { fail } from "./fail.ts";
import { environmentOf, mirror, type ProgService, startProgram } from "./prog.ts";

/**
 * The engine in a process of its own, under TLS_UID and TLS_GID; prog with our own privileges.
 * This process never touches a byte of the network, nor of the cleartext: two pipes lead from prog
 * to the child and back.
 */
export class EngineChild {
  private readonly inherited: readonly number[];
  private readonly toProgram: Pipe;
  private readonly fromProgram: Pipe;
  private child: ChildProcess | null = null;
  private childEnding: Ending | null = null;
  private programEnding: Ending | null = null;
  private programStarted = false;

  constructor(private readonly service: ProgService) {
    this.inherited = service.inherited ?? inheritedDescriptors();
    [this.toProgram, this.fromProgram] = pipesForProgram();
  }

  start(): void {
    const { network, tunnel } = this.service;
    // A signal that comes before prog exists ends the connection. The handler must be there before
    // the child is, or a signal in between would leave the child behind.
    onFatalSignal((signal) => {
      this.child?.kill("SIGKILL");
      dieOf(signal);
    });
    this.child = startEngineProcess({
      ...tunnel,
      network,
      cleartext: [this.fromProgram.read, this.toProgram.write],
      notified: (block) => {
        const variables = parseNotification(block);
        if (variables !== null) this.attempt(() => this.startProgram(variables));
      },
      tell: (text) => tellHow(this.service, text),
      ended: (ending) => {
        this.childEnding = ending;
        this.settle();
      },
      failed: (error) => this.fail(error),
    });
  }

  private startProgram(variables: Variables): void {
    const { service, inherited, toProgram, fromProgram } = this;
    const environment = environmentOf(service, variables);
    const cleartext = [toProgram.read, fromProgram.write] as const;
    const isStandard = service.cleartext[0] === 0 && service.cleartext[1] === 1;
    const canExec = isStandard && inherited.every(survivesExec);
    if (canExec && canBecome(service.command, environment)) {
      become(service.command, { environment, cleartext });
    }
    startProgram(service, {
      variables,
      numbers: service.cleartext,
      cleartext,
      descriptors: inherited,
      ended: (ending) => {
        this.programEnding = ending;
        this.settle();
      },
      failed: (error) => this.fail(error),
    });
    this.programStarted = true;
    // From now on the ends of the pipes are prog's and the child's alone, so that EOF is seen.
    for (const pipe of [toProgram, fromProgram]) {
      closeSync(pipe.read);
      closeSync(pipe.write);
    }
  }

  /** We end as prog did, once its last words have left; if it never began, as the child did. */
  private settle(): void {
    if (this.childEnding === null) return;
    if (this.programEnding !== null) mirror(this.programEnding);
    else if (!this.programStarted) this.endAsChild(this.childEnding);
  }

  private endAsChild({ code, signal }: Ending): void {
    if (code !== null) process.exit(code);
    this.fail(new Error(`${this.service.tunnel.program} was killed by ${signal}`));
  }

  private attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  /** The child sees its pipes closed, and ends the connection. */
  private fail(error: unknown): never {
    return fail(this.service.program, error);
  }
}

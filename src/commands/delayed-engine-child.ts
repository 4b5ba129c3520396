import { closeSync } from "node:fs";
import { complain } from "../cli/diagnostics.ts";
import { parseNotification } from "../connection/session-variables.ts";
import type { Pipe } from "../io/pipes.ts";
import type { Delayed, DelayedEngine, DelayedEvents } from "./delayed-engine.ts";
import { pipesForProgram, startEngineProcess, tellHow } from "./engine-process.ts";

/**
 * Delayed TLS under TLS_UID and TLS_GID: a process of its own, which is started when prog asks for
 * TLS, and which alone reads the keys and touches the network.
 */
export class DelayedEngineChild implements DelayedEngine {
  readonly cleartext: readonly [read: number, write: number];
  private readonly toProgram: Pipe;
  private readonly fromProgram: Pipe;
  private open: number[];

  constructor(private readonly delayed: Delayed) {
    [this.toProgram, this.fromProgram] = pipesForProgram();
    this.cleartext = [this.toProgram.read, this.fromProgram.write];
    this.open = [this.fromProgram.read, this.toProgram.write];
  }

  /** prog's ends are prog's alone, so that EOF is seen. */
  attach(): void {
    for (const fd of this.cleartext) closeSync(fd);
  }

  start({ established, over }: DelayedEvents): void {
    const { program, tunnel, network } = this.delayed;
    startEngineProcess({
      ...tunnel,
      network,
      cleartext: [this.fromProgram.read, this.toProgram.write],
      notified: (block) => {
        if (parseNotification(block) !== null) established(block);
      },
      tell: (text) => tellHow(this.delayed, text),
      ended: ({ code, signal }) => {
        if (signal !== null)
          complain(program, "fatal", `${tunnel.program} was killed by ${signal}`);
        over(code !== 0);
      },
      failed: (error) => {
        complain(program, "fatal", error.message);
        over(true);
      },
    });
    this.hangUp();
  }

  /** Our ends of the pipes; what the engine's process has of them stays open. */
  hangUp(): void {
    for (const fd of this.open) closeSync(fd);
    this.open = [];
  }
}

import type { Duplex } from "node:stream";
import { complain, reasonOf } from "../cli/diagnostics.ts";
import { requireOpen } from "../io/descriptors.ts";
import { inheritedDescriptors } from "../io/inheritance.ts";
import type { Ending } from "../program/program.ts";
import { checkOnly } from "./check.ts";
import type { Delayed, DelayedEngine } from "./delayed-engine.ts";
import { DelayedEngineChild } from "./delayed-engine-child.ts";
import { DelayedOwnEngine } from "./delayed-own-engine.ts";
import { fail } from "./fail.ts";
import { mirror, startProgram } from "./prog.ts";

/** What prog writes to the control socket: start TLS; and with the second, tell me about it. */
const START = "y";
const START_AND_TELL = "Y";

/**
 * UCSPI-TLS: prog starts at once, in cleartext on the network's descriptors, and has TLS started
 * when it likes. Until then this process touches neither the network nor a key.
 */
export function runDelayed(delayed: Delayed): void {
  const { uid, gid } = delayed.tls.engineOwner();
  if (delayed.settings.check) checkOnly(delayed);
  for (const fd of delayed.network) requireOpen(fd);
  // Before there are descriptors of our own.
  const descriptors = [...inheritedDescriptors(), ...delayed.network];
  const isSomebodyElse = uid !== null || gid !== null;
  const engine = isSomebodyElse ? new DelayedEngineChild(delayed) : new DelayedOwnEngine(delayed);
  new DelayedTls(delayed, { engine, descriptors });
}

class DelayedTls {
  private readonly engine: DelayedEngine;
  private readonly control: Duplex;
  private tunnelOver = true;
  private ending: Ending | null = null;
  private commanded = false;

  constructor(
    private readonly delayed: Delayed,
    parts: { readonly engine: DelayedEngine; readonly descriptors: readonly number[] },
  ) {
    const { engine, descriptors } = parts;
    const [control, read, write] = freeNumbers(descriptors);
    const program = startProgram(delayed, {
      variables: new Map([
        ["SSLCTLFD", `${control}`],
        ["SSLREADFD", `${read}`],
        ["SSLWRITEFD", `${write}`],
      ]),
      descriptors,
      numbers: [read, write],
      cleartext: engine.cleartext,
      control,
      ended: (ending) => {
        this.ending = ending;
        this.settle();
      },
      failed: (error) => fail(delayed.program, error),
    });
    this.engine = engine;
    engine.attach(program);
    this.control = program.control as Duplex;
    this.control.on("data", (chunk: Buffer) => this.obey(chunk.toString("latin1")));
    // prog may be gone before it reads what it asked for.
    this.control.on("error", () => {});
  }

  private obey(text: string): void {
    const { program } = this.delayed;
    for (const letter of text) {
      if (letter !== START && letter !== START_AND_TELL) {
        complain(program, "warning", `unknown command on the control socket: ${quoted(letter)}`);
      } else if (this.commanded) {
        complain(program, "warning", "TLS was started already");
      } else {
        this.commanded = true;
        this.startTls(letter === START_AND_TELL);
      }
    }
  }

  private startTls(tellsProgram: boolean): void {
    this.tunnelOver = false;
    try {
      this.engine.start({
        established: (block) => this.control.end(tellsProgram ? block : undefined),
        over: (failed) => this.endTunnel(failed),
      });
    } catch (error) {
      complain(this.delayed.program, "fatal", reasonOf(error));
      this.endTunnel(true);
    }
  }

  private endTunnel(failed: boolean): void {
    this.tunnelOver = true;
    if (failed) {
      // prog sees the end of all that it waits for.
      this.control.destroy();
      this.engine.hangUp();
    }
    this.settle();
  }

  private settle(): void {
    if (this.ending !== null && this.tunnelOver) mirror(this.ending);
  }
}

/** Three numbers from 3 on that are free. */
function freeNumbers(taken: readonly number[]): [number, number, number] {
  const numbers = Array.from({ length: taken.length + 3 }, (_, index) => index + 3);
  const [control, read, write] = numbers.filter((fd) => !taken.includes(fd));
  return [control, read, write] as [number, number, number];
}

function quoted(letter: string): string {
  return JSON.stringify(letter);
}

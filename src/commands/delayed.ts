import type { Duplex, Readable, Writable } from "node:stream";
import { complain, type Fatal } from "../cli/diagnostics.ts";
import { engineOwner } from "../credentials/environment.ts";
import { EnvironmentError } from "../credentials/errors.ts";
import { requireOpen, streamsOf } from "../io/descriptors.ts";
import { inheritedDescriptors } from "../io/inheritance.ts";
import type { Ending } from "../program/program.ts";
import { Connection } from "../service/connection.ts";
import { expectOneConnection } from "../service/modules.ts";
import { notification } from "../service/session-variables.ts";
import { peerOf, tellEnd } from "../service/summary.ts";
import { fail } from "./fail.ts";
import { mirror, startProgram, type Wrapping } from "./prog.ts";

export interface Delayed extends Wrapping {
  /** Descriptors of the network, to read and to write; prog has them, too. */
  readonly network: readonly [number, number];
}

/** What prog writes to the control socket: start TLS; and with the second, tell me about it. */
const START = "y";
const START_AND_TELL = "Y";

/**
 * UCSPI-TLS: prog starts at once, in cleartext on the network's descriptors, and has TLS started
 * when it likes. Until then this process touches neither the network nor a key.
 */
export function runDelayed(delayed: Delayed): void {
  refuseOwner(delayed.environment);
  for (const fd of delayed.network) requireOpen(fd);
  new DelayedTls(delayed);
}

/** Here the engine is always ours; whoever counts on another owner must not be left in the belief. */
function refuseOwner(environment: NodeJS.ProcessEnv): void {
  const { uid, gid } = engineOwner(environment);
  if (uid === null && gid === null) return;
  throw new EnvironmentError("TLS_UID and TLS_GID are not supported with delayed TLS");
}

class DelayedTls {
  private readonly control: Duplex;
  private readonly toProgram: Writable;
  private readonly fromProgram: Readable;
  private connection: Connection | null = null;
  private tunnelOver = true;
  private ending: Ending | null = null;
  private commanded = false;

  constructor(private readonly delayed: Delayed) {
    const descriptors = [...inheritedDescriptors(), ...delayed.network];
    const [control, read, write] = freeNumbers(descriptors);
    const program = startProgram(delayed, {
      variables: new Map([
        ["SSLCTLFD", `${control}`],
        ["SSLREADFD", `${read}`],
        ["SSLWRITEFD", `${write}`],
      ]),
      descriptors,
      numbers: [read, write],
      cleartext: "pipe",
      control,
      ended: (ending) => {
        this.ending = ending;
        this.settle();
      },
      failed: (error) => fail(delayed.program, error),
    });
    this.control = program.control as Duplex;
    this.toProgram = program.input as Writable;
    this.fromProgram = program.output as Readable;
    // When a child exits, Node drains what nobody listens to: prog may have written and gone before
    // the handshake is done.
    this.fromProgram.on("readable", leaveUnread);
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
    const { program, settings, network: fds, environment, prepare } = this.delayed;
    expectOneConnection();
    try {
      const { engine, keeper } = prepare();
      const network = streamsOf(...fds);
      this.tunnelOver = false;
      this.connection = new Connection({
        ...settings,
        engine,
        network,
        peer: peerOf(environment, network.readable),
        keyUsed: () => keeper?.wipe(),
        established: (session) => {
          if (tellsProgram) this.control.write(notification(session));
          this.control.end();
          this.fromProgram.off("readable", leaveUnread);
          return { readable: this.fromProgram, writable: this.toProgram };
        },
        over: (failure) => this.endTunnel(failure),
      });
    } catch (error) {
      this.hangUp();
      complain(program, "fatal", (error as Error).message);
    }
  }

  private endTunnel(failure: Fatal | null): void {
    this.tunnelOver = true;
    const { program, settings } = this.delayed;
    if (this.connection !== null) {
      tellEnd(program, settings.verbosity, this.connection.facts(failure));
    }
    if (failure !== null) this.hangUp();
    this.settle();
  }

  /** prog sees the end of all that it waits for. */
  private hangUp(): void {
    for (const stream of [this.control, this.toProgram, this.fromProgram]) stream.destroy();
  }

  private settle(): void {
    if (this.ending !== null && this.tunnelOver) mirror(this.ending);
  }
}

function leaveUnread(): void {}

/** Three numbers from 3 on that nobody uses. */
function freeNumbers(taken: readonly number[]): [number, number, number] {
  const numbers = Array.from({ length: taken.length + 3 }, (_, index) => index + 3);
  const [control, read, write] = numbers.filter((fd) => !taken.includes(fd));
  return [control, read, write] as [number, number, number];
}

function quoted(letter: string): string {
  return JSON.stringify(letter);
}

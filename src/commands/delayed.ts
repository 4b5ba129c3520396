import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import { complain, type Fatal } from "../cli/diagnostics.ts";
import type { TunnelSettings } from "../cli/tls-options.ts";
import { engineOwner, isOurs } from "../credentials/environment.ts";
import { EnvironmentError } from "../credentials/errors.ts";
import { requireOpen, streamsOf } from "../io/descriptors.ts";
import { inheritedDescriptors } from "../io/inheritance.ts";
import type { Ending } from "../program/program.ts";
import { passSignalsOn } from "../program/signals.ts";
import { Connection } from "../service/connection.ts";
import { cannotRun } from "../service/failures.ts";
import { expectOneConnection } from "../service/modules.ts";
import { notification, programEnvironment } from "../service/session-variables.ts";
import { peerOf, tellEnd } from "../service/summary.ts";
import { fail } from "./fail.ts";
import { mirror, type Sandboxes } from "./prog.ts";

export interface Delayed {
  /** Our own name, for messages. */
  readonly program: string;
  readonly settings: TunnelSettings & { readonly keepEnvironment: boolean };
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Descriptors of the network, to read and to write; prog has them, too. */
  readonly network: readonly [number, number];
  /** Reads the credentials, and gets an engine ready. */
  readonly prepare: () => Sandboxes;
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
  try {
    new DelayedTls(delayed);
  } catch (error) {
    fail(delayed.program, cannotRun(delayed.command, error as Error));
  }
}

/** Here the engine is always ours; whoever counts on another owner must not be left in the belief. */
function refuseOwner(environment: NodeJS.ProcessEnv): void {
  const { uid, gid } = engineOwner(environment);
  if (uid === null && gid === null) return;
  throw new EnvironmentError("TLS_UID and TLS_GID are not supported with delayed TLS");
}

class DelayedTls {
  private readonly child: ChildProcess;
  private readonly control: Duplex;
  private readonly toProgram: Duplex;
  private readonly fromProgram: Readable;
  private connection: Connection | null = null;
  private tunnelOver = true;
  private ending: Ending | null = null;
  private commanded = false;

  constructor(private readonly delayed: Delayed) {
    const inherited = [...inheritedDescriptors(), ...delayed.network];
    const [control, read, write] = freeNumbers(inherited);
    // Before it starts: whoever sees it run may send a signal before we are told that it does.
    let child: ChildProcess | null = null;
    passSignalsOn((signal) => child?.kill(signal));
    child = this.start({ inherited, control, read, write });
    this.child = child;
    this.control = child.stdio[control] as Duplex;
    // prog may say that it has no more to ask, and still wait for what it is told.
    this.control.allowHalfOpen = true;
    this.toProgram = this.child.stdio[read] as Duplex;
    this.fromProgram = this.child.stdio[write] as Readable;
    // Or prog's end would look like ours, and not like a reader that has gone.
    this.toProgram.allowHalfOpen = true;
    // When a child exits, Node drains what nobody listens to: prog may have written and gone before
    // the handshake is done.
    this.fromProgram.on("readable", leaveUnread);
    this.child.on("error", (error) => fail(delayed.program, cannotRun(delayed.command, error)));
    this.child.on("exit", (code, signal) => {
      // Node does this for a standard input alone; without it, the tunnel waits for the peer's end.
      this.toProgram.destroy();
      this.ending = signal === null ? { code: code ?? 0, signal } : { code: null, signal };
      this.settle();
    });
    this.control.on("data", (chunk: Buffer) => this.obey(chunk.toString("latin1")));
    // prog may be gone before it reads what it asked for.
    this.control.on("error", () => {});
  }

  private start(fds: {
    readonly inherited: readonly number[];
    readonly control: number;
    readonly read: number;
    readonly write: number;
  }): ChildProcess {
    const { command, environment, settings } = this.delayed;
    const [file = "", ...args] = command;
    const stdio: ("inherit" | "ignore" | "pipe")[] = ["inherit", "inherit", "inherit"];
    const put = (fd: number, what: "inherit" | "pipe") => {
      while (stdio.length < fd) stdio.push("ignore");
      stdio[fd] = what;
    };
    for (const fd of fds.inherited) put(fd, "inherit");
    for (const fd of [fds.control, fds.read, fds.write]) put(fd, "pipe");
    const variables = new Map<string, string | null>([
      ["SSLCTLFD", `${fds.control}`],
      ["SSLREADFD", `${fds.read}`],
      ["SSLWRITEFD", `${fds.write}`],
    ]);
    const remove = (name: string) => !settings.keepEnvironment && isOurs(name);
    const env = programEnvironment(environment, variables, remove);
    return spawn(file, args, { stdio, env });
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

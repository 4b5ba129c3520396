import type { Readable, Writable } from "node:stream";
import { Connection, type Streams } from "../connection/connection.ts";
import { notification } from "../connection/session-variables.ts";
import { peerOf, tellEnd } from "../connection/summary.ts";
import { streamsOf } from "../io/descriptors.ts";
import type { Program } from "../program/program.ts";
import { wipedIfItFails } from "../sandbox/keeper.ts";
import { expectOneConnection } from "../setup/modules.ts";
import type { Delayed, DelayedEngine, DelayedEvents } from "./delayed-engine.ts";

/** Delayed TLS in our own process. */
export class DelayedOwnEngine implements DelayedEngine {
  readonly cleartext = "pipe";
  private local: Streams | null = null;

  constructor(private readonly delayed: Delayed) {}

  attach({ input, output }: Program): void {
    this.local = { readable: output as Readable, writable: input as Writable };
    // When a child exits, Node drains streams without a listener: prog may have written and gone before
    // the handshake is done.
    this.local.readable.on("readable", leaveUnread);
  }

  start({ established, over }: DelayedEvents): void {
    const { program, settings, environment, prepare } = this.delayed;
    expectOneConnection();
    const { engine, keeper } = prepare();
    const network = wipedIfItFails(keeper, () => streamsOf(...this.delayed.network));
    const connection: Connection = new Connection({
      ...settings,
      engine,
      network,
      peer: peerOf(environment, network.readable),
      keyUsed: () => keeper?.wipe(),
      established: (session) => {
        const local = this.local as Streams;
        local.readable.off("readable", leaveUnread);
        established(notification(session));
        return local;
      },
      over: (failure) => {
        tellEnd(program, settings.verbosity, connection.facts(failure));
        over(failure !== null);
      },
    });
  }

  hangUp(): void {
    this.local?.readable.destroy();
    this.local?.writable.destroy();
  }
}

function leaveUnread(): void {}

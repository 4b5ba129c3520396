import type { Program, ProgramSettings } from "../program/program.ts";
import type { Wrapping } from "./prog.ts";

export interface Delayed extends Wrapping {
  /** Descriptors of the network, to read and to write; prog has them, too. */
  readonly network: readonly [number, number];
}

/** What carries TLS as soon as prog asks for it. */
export interface DelayedEngine {
  /** What is behind prog's ends of the tunnel. */
  readonly cleartext: ProgramSettings["cleartext"];
  /** prog has been started with that. */
  attach(program: Program): void;
  /** Reads the credentials, and takes the network over. May throw. */
  start(events: DelayedEvents): void;
  /** prog sees the end of both directions. */
  hangUp(): void;
}

export interface DelayedEvents {
  /** The handshake is done: what there is to tell about it, as for `-d notif`. */
  readonly established: (block: Buffer) => void;
  /** It has told the operator why. */
  readonly over: (failed: boolean) => void;
}

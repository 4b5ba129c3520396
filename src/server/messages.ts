import type { Changes } from "../access/judgement.ts";
import type { TcpEnds } from "../connection/tcp-variables.ts";
import type { Ending } from "../program/program.ts";
import type { Told } from "./access-answer.ts";

/** What the primary and its workers tell each other. Sockets travel along with `serve`. */

/** A client, as the primary accepted it. */
export interface ClientFacts extends TcpEnds {
  /** Counts connections from 1 on. */
  readonly number: number;
  /** Connections now open from that address, with this one. */
  readonly openFromAddress: number;
  readonly told: Told;
}

export type ToWorker =
  /**
   * The first one: read the files, and those that rules of access control name for some clients;
   * then become the user of workers, and a member of this group. What was in the files that are kept
   * is behind descriptors, from FIRST_PASSED on.
   */
  | {
      readonly order: "begin";
      readonly group: number | null;
      readonly sets: readonly Changes[];
      readonly kept: readonly string[];
    }
  | { readonly order: "serve"; readonly client: ClientFacts }
  /** The client that a proxy told of may come in, or may not. */
  | { readonly order: "proceed"; readonly client: ClientFacts }
  | { readonly order: "refuse"; readonly number: number }
  /** Send these signals to every prog. */
  | { readonly order: "signal"; readonly signals: readonly NodeJS.Signals[] }
  /** Read every file again, and answer with `reloaded`; then one of the next two. */
  | { readonly order: "reload" }
  | { readonly order: "commit" }
  | { readonly order: "discard" }
  /** Others have taken over: leave when the last connection has ended. */
  | { readonly order: "retire" }
  /** From now on, progs are the spawner's, and this is where it listens. */
  | { readonly order: "programs"; readonly path: string }
  /** Say that you are there. */
  | { readonly order: "answer" }
  /** Kill every prog and drop every connection. */
  | { readonly order: "end" };

export type ToPrimary =
  | { readonly report: "ready" }
  /** What there is to say about credentials that are used all the same. */
  | { readonly report: "warning"; readonly text: string }
  /** It can't start: what the primary says, and exits with. */
  | { readonly report: "failed"; readonly text: string; readonly exitCode: number }
  /** null: all files are good. */
  | { readonly report: "reloaded"; readonly problem: string | null }
  /** A PROXY header has told the client's addresses; answered with `proceed` or `refuse`. */
  | { readonly report: "proxied"; readonly number: number; readonly ends: TcpEnds }
  | { readonly report: "over"; readonly number: number }
  | { readonly report: "here" }
  /** What was counted since the last time, as `COUNTED` has it. */
  | { readonly report: "counts"; readonly counts: readonly number[] }
  /** When the certificates in use end: seconds since 1970, in the order of their variables. */
  | { readonly report: "expiries"; readonly ends: readonly (number | null)[] };

/** What the primary tells the spawner. */
export type ToSpawner =
  /** Listen there for a worker: for processes of this group alone, or of our user. */
  | ({ readonly order: "open" } & OpenOrder)
  | { readonly order: "close"; readonly worker: number }
  /** That worker serves this client, for which it may have one prog. */
  | { readonly order: "announce"; readonly worker: number; readonly client: ClientFacts }
  /** These connections have ended: what had no prog gets none. */
  | { readonly order: "withdraw"; readonly numbers: readonly number[] }
  /** The answer to `unannounced`: all that was to be announced until then has been. */
  | { readonly order: "deny"; readonly worker: number; readonly number: number }
  /** Say that you are there. */
  | { readonly order: "answer" };

export interface OpenOrder {
  readonly worker: number;
  /** For progs' sockets; what follows goes by another one beside it (`linkOf`). */
  readonly path: string;
  /** null: the worker is our user. */
  readonly group: number | null;
}

export type FromSpawner =
  | { readonly report: "ready" }
  /** It can't start: what the primary says, and exits with. */
  | { readonly report: "failed"; readonly text: string; readonly exitCode: number }
  | { readonly report: "listening"; readonly path: string }
  | { readonly report: "unable"; readonly path: string; readonly text: string }
  /** A worker did what none of ours does. */
  | { readonly report: "misbehaved"; readonly worker: number; readonly how: string }
  /** A worker wants a prog for a connection that was not announced, or not yet. */
  | { readonly report: "unannounced"; readonly worker: number; readonly number: number }
  /** It did not get one. */
  | { readonly report: "denied"; readonly worker: number }
  | { readonly report: "here" };

/** Where a worker and the spawner tell each other about progs. */
export function linkOf(path: string): string {
  return `${path}.link`;
}

/** What a worker tells the spawner. A signal is for a prog that it has asked for. */
export type WorkerToSpawner =
  | ({ readonly order: "start" } & StartOrder)
  | { readonly order: "kill"; readonly number: number; readonly signal: NodeJS.Signals };

/** A prog is wanted for a connection; its sockets are connected, and have their labels. */
export interface StartOrder {
  readonly number: number;
  /** By the names of variables; null: to be unset. */
  readonly values: Readonly<Record<string, string | null>>;
  /** The same, of what a PROXY header tells. */
  readonly proxied: Readonly<Record<string, string | null>>;
}

export type SpawnerToWorker =
  | { readonly report: "ended"; readonly number: number; readonly ending: Ending }
  | { readonly report: "failed"; readonly number: number; readonly error: FailedStart };

/** Why a prog could not be started, as the system tells it. */
export interface FailedStart {
  readonly code: string | undefined;
  readonly errno: number | undefined;
  readonly message: string;
}

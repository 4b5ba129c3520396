import type { TcpEnds } from "../connection/tcp-variables.ts";
import type { Told } from "./told.ts";

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
  /** A proxy has told who the client is; answered with `proceed` or `refuse`. */
  | { readonly report: "proxied"; readonly number: number; readonly ends: TcpEnds }
  | { readonly report: "over"; readonly number: number }
  | { readonly report: "here" };

import type { Judgement } from "../access/judgement.ts";
import type { TcpEnds } from "../connection/tcp-variables.ts";

/** What the primary asks the access process. */
export type ToAccess =
  | { readonly question: "client"; readonly number: number; readonly ends: TcpEnds }
  | { readonly question: "are you there" };

/** What the access process tells the primary. */
export type FromAccess =
  | { readonly answer: "ready" }
  | { readonly answer: "here" }
  /** It can't begin; the primary says why, and ends. */
  | { readonly answer: "failed"; readonly text: string }
  /** A look-up went wrong, and the client is not refused for it. */
  | { readonly answer: "problem"; readonly number: number; readonly problem: string }
  | { readonly answer: "judgement"; readonly number: number; readonly judgement: Judgement };

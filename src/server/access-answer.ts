import type { Changes } from "../access/judgement.ts";

/** What access control adds to what prog is told, and to what TLS goes by. */
export interface Told {
  /** What was looked up. */
  readonly variables: Changes;
  /** What the client's rule changes. */
  readonly environment: Changes;
  /** What execlineb runs in place of prog; null: prog it is. */
  readonly exec: string | null;
}

export const NOTHING_TOLD: Told = { variables: [], environment: [], exec: null };

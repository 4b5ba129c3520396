/**
 * What is said in clear before TLS. It does no I/O: `push` takes what has come, and says what to
 * answer.
 */
export interface Preface {
  /** What we say before anything has come; empty: the peer speaks first. */
  readonly opening: string;
  /** @throws {PrefaceError} as soon as it can't lead to TLS any more */
  push(bytes: Uint8Array): PrefaceStep;
}

/** Texts have a character for each byte (latin1). */
export interface PrefaceStep {
  /** To be said now; empty: nothing. */
  readonly say: string;
  /** Is it over once that is said? */
  readonly isDone: boolean;
  /** Bytes that belong to TLS already. */
  readonly rest: Uint8Array;
  /** What the backend gets in place of TLS, and is all that the client has to say; null: TLS follows. */
  readonly instead: Uint8Array | null;
}

/** There will be no TLS: the peer broke the protocol, or doesn't want it. */
export class PrefaceError extends Error {
  /** @param lastWords what the peer is told in its own protocol; empty: nothing */
  constructor(
    message: string,
    readonly lastWords = "",
  ) {
    super(message);
  }
}

const NOTHING = new Uint8Array(0);

/** More has to come. */
export const WAIT: PrefaceStep = { say: "", isDone: false, rest: NOTHING, instead: null };

export function saying(say: string): PrefaceStep {
  return { ...WAIT, say };
}

/** Nothing that came in clear is left. */
export function done(say: string, rest = NOTHING): PrefaceStep {
  return { ...WAIT, say, isDone: true, rest };
}

/** There will be no TLS, and these bytes of the client's are for the backend. */
export function passing(instead: Uint8Array): PrefaceStep {
  return { ...WAIT, isDone: true, instead };
}

import { reasonOf } from "../cli/diagnostics.ts";

/** Moving bytes failed: which way, at which side, and why. */
export class StreamFailure extends Error {
  override readonly cause: NodeJS.ErrnoException;

  /** @param peer what is behind the stream */
  constructor(
    readonly peer: string,
    cause: NodeJS.ErrnoException,
  ) {
    const what = cause.syscall === "read" ? "read from" : "write to";
    super(`unable to ${what} ${peer}: ${reasonOf(cause)}`);
    this.cause = cause;
  }
}

/** Moving bytes failed: which way, and to or from whom. The cause says why. */
export class StreamFailure extends Error {
  override readonly cause: NodeJS.ErrnoException;

  /** @param peer what is behind the stream */
  constructor(peer: string, cause: NodeJS.ErrnoException) {
    super(`unable to ${cause.syscall === "read" ? "read from" : "write to"} ${peer}`);
    this.cause = cause;
  }
}

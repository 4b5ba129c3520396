import { Fatal } from "../cli/diagnostics.ts";
import { TlsError, tlsErrorOf } from "../context/errors.ts";
import { StreamFailure } from "../io/stream-failure.ts";
import { EngineError } from "../sandbox/errors.ts";
import { HandshakeTimeout } from "../service/connection.ts";
import { TruncationError } from "../tunnel/closing.ts";

/** The error that a stream is destroyed with, by what a connection ended of. */
export function errorOf(failure: Error): Error {
  const cause = causeOf(failure);
  const { message } = cause;
  if (cause instanceof EngineError) return tlsErrorOf(cause);
  if (cause instanceof TruncationError) {
    return new TlsError(message, { reason: "TRUNCATED", side: "peer", cause });
  }
  if (cause instanceof HandshakeTimeout) {
    return new TlsError(message, { reason: "HANDSHAKE_TIMEOUT", side: "peer", cause });
  }
  if (cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError) {
    return new TlsError(failure.message, { reason: "SANDBOX_TRAPPED", side: "us", cause });
  }
  // The system's, of the stream below, or the user's own.
  return cause;
}

/** What we put around it is for the command line; what others did belongs to their error. */
function causeOf(failure: Error): Error {
  const isOurs = failure instanceof Fatal || failure instanceof StreamFailure;
  return isOurs && failure.cause instanceof Error ? causeOf(failure.cause) : failure;
}

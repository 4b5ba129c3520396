import { StreamFailure } from "../connection/stream-failure.ts";
import { HandshakeTimeout } from "../connection/time-outs.ts";
import { TlsError, tlsErrorOf } from "../credentials/tls-error.ts";
import { EngineError } from "../sandbox/errors.ts";
import { SandboxTrap, UseAfterWipe } from "../sandbox/instance.ts";
import { StandstillError, TruncationError } from "../tunnel/failures.ts";
import { refusalOf } from "./peer-check.ts";

/** The error that a stream is destroyed with, by what a connection ended of. */
export function errorOf(failure: Error): Error {
  // What we say of a stream is for the command line; its own error is for its owner.
  const cause = failure instanceof StreamFailure ? failure.cause : failure;
  const { message } = cause;
  const refusal = refusalOf(cause);
  if (refusal !== null) return refusal;
  if (cause instanceof EngineError) return tlsErrorOf(cause);
  if (cause instanceof TruncationError) {
    return new TlsError(message, { reason: "TRUNCATED", side: "peer", cause });
  }
  if (cause instanceof StandstillError) {
    return new TlsError(message, { reason: "STANDSTILL", side: "us", cause });
  }
  if (cause instanceof HandshakeTimeout) {
    const side = cause.awaitsKey ? "us" : "peer";
    return new TlsError(message, { reason: "HANDSHAKE_TIMEOUT", side, cause });
  }
  if (cause instanceof SandboxTrap) {
    return new TlsError(message, { reason: "SANDBOX_TRAPPED", side: "us", cause });
  }
  if (cause instanceof UseAfterWipe) {
    return new TlsError("the context was wiped", { reason: "WIPED", side: "us", cause });
  }
  // The system's, of the stream below, or the user's own.
  return cause;
}

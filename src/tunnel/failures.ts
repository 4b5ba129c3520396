import type { Engine, EngineState } from "../sandbox/engine.ts";
import type { EngineError } from "../sandbox/errors.ts";
import type { Endpoint } from "./endpoint.ts";

/** Which states of a tunnel are failures. What then happens to both sides is in closing.ts. */

/** The peer's stream stopped where TLS does not let it stop. */
export class TruncationError extends Error {}

/** The engine takes nothing and gives nothing, though the peer has sent more, or has ended. */
export class StandstillError extends Error {}

/** The engine reports a close that its code never makes: it is not the engine that we loaded. */
export class ImpossibleClose extends Error {}

/** A tunnel between two steps, after all bytes have moved that can. */
export interface Standing {
  readonly engine: Engine;
  readonly remote: Endpoint;
  readonly local: Endpoint | null;
  readonly state: EngineState;
  /** The handshake is done. */
  readonly established: boolean;
  /** We closed both directions. */
  readonly saysGoodbye: boolean;
  /** Our direction ended with a bare FIN. */
  readonly halfClosed: boolean;
  readonly inboundOver: boolean;
  readonly outboundOver: boolean;
  /** `-J`: EOF from the peer without close_notify is an error. */
  readonly enforceCloseNotify: boolean;
}

/** No more will come from this stream, and all that came was taken. */
export function arrivalsEnded(stream: Endpoint): boolean {
  return stream.failure !== null || (stream.ended && stream.arrived.length === 0);
}

/** Why the engine closed, unless we asked it to or it is a normal end. */
export function unaskedClose(standing: Standing): Error | null {
  if (standing.saysGoodbye) return null;
  const { error } = standing.engine;
  if (error !== null) return answersHalfClose(error, standing) ? null : error;
  if (!standing.established) {
    return new TruncationError("the peer closed during the handshake");
  }
  // It keeps the peer's close_notify back until we close.
  return new ImpossibleClose("the engine closed by itself");
}

/** What is wrong with the engine or a stream, besides an EOF. */
export function brokenPart(standing: Standing): Error | null {
  const { remote, local, outboundOver } = standing;
  if (standsStill(standing)) {
    return new StandstillError("the connection can't move: the engine takes nothing more");
  }
  // Anything that says goodbye would make the client take a part of the answer for the whole.
  if (local !== null && local.failure !== null && local.arrived.length === 0) return local.failure;
  // What prog still has to say can't leave, even if the peer has said all that it wanted.
  return remote.broken && !outboundOver ? remote.failure : null;
}

/** The peer will send no more, and that is no place where it may stop. */
export function earlyEof(standing: Standing): Error | null {
  const { engine, remote, state, saysGoodbye, inboundOver } = standing;
  if (inboundOver || saysGoodbye) return null;
  if (!arrivalsEnded(remote) && !hasLeft(standing)) return null;
  if (remote.failure !== null) return remote.failure;
  if (state.peerClosed) return null;
  if (!standing.established) return new TruncationError("EOF during the handshake");
  if (engine.pending("recvapp")) return null;
  if (state.inRecord) return new TruncationError("EOF inside a record");
  return standing.enforceCloseNotify ? new TruncationError("EOF without close_notify") : null;
}

/**
 * An engine that waits for a signature takes no records: a client's EOF may be behind some. A server
 * may say all that it has to say before it knows its client, so its EOF waits for its turn.
 */
function hasLeft({ engine, remote, state }: Standing): boolean {
  return state.awaitsHost && remote.ended && engine.role === "server";
}

/**
 * Nothing would ever change such a state: the tunnel would stay open for good, with its peer's
 * socket and prog. A close_notify that is kept back stops the records on purpose, until prog has
 * answered; an engine that waits for its host goes on when the host has.
 */
function standsStill({ engine, remote, state, saysGoodbye }: Standing): boolean {
  if (state.peerClosed || state.awaitsHost || saysGoodbye) return false;
  if (remote.arrived.length === 0 && !arrivalsEnded(remote)) return false;
  const channels = ["sendrec", "recvrec", "recvapp"] as const;
  return !channels.some((channel) => engine.pending(channel));
}

/** From bad_certificate to certificate_unknown, unknown_ca to certificate_required (RFC 8446, 6.2). */
const ABOUT_CERTIFICATES: readonly number[] = [42, 43, 44, 45, 46, 48, 49, 51, 116];

/**
 * OpenSSL 3 takes our half-close for an attack, and says so in a fatal alert when its own work is
 * done. To us that is an EOF without close_notify. But a server of TLS 1.3 judges our certificate
 * when our handshake is done, and we may have half-closed before it says what is wrong.
 */
function answersHalfClose(error: EngineError, standing: Standing): boolean {
  if (error.alert !== null && ABOUT_CERTIFICATES.includes(error.alert)) return false;
  return error.isReceivedAlert && standing.halfClosed && !standing.enforceCloseNotify;
}

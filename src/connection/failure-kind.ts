import { EngineError } from "../sandbox/errors.ts";
import { SandboxTrap, UseAfterWipe } from "../sandbox/instance.ts";
import { StandstillError, TruncationError } from "../tunnel/failures.ts";
import type { RefusedPeer } from "../tunnel/tunnel.ts";
import { StreamFailure } from "./stream-failure.ts";
import { HandshakeTimeout, IdleTimeout } from "./time-outs.ts";

/**
 * Why a connection ended that did not end as it should, in few words that no peer can make up: the
 * peer's alert, a peer that was refused with one of ours, one that access control refused, a clock, an
 * EOF where none may be, an error of a socket or pipe, a sandbox that does what none of ours does, and
 * what else there is.
 */
export const FAILURE_KINDS = [
  "alert",
  "refused",
  "not-allowed",
  "timeout",
  "truncated",
  "stream",
  "sandbox",
  "other",
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

export function kindOf(failure: Error): FailureKind {
  if (failure instanceof EngineError) return failure.isReceivedAlert ? "alert" : "refused";
  if ((failure as Partial<RefusedPeer>).refusesWith !== undefined) return "not-allowed";
  if (failure instanceof HandshakeTimeout || failure instanceof IdleTimeout) return "timeout";
  if (failure instanceof TruncationError) return "truncated";
  if (failure instanceof StreamFailure) return "stream";
  const isSandbox = [SandboxTrap, StandstillError, UseAfterWipe].some(
    (type) => failure instanceof type,
  );
  return isSandbox ? "sandbox" : "other";
}

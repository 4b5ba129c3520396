import { X509Certificate } from "node:crypto";
import { type Admission, requireAdmission } from "../credentials/admission.ts";
import { FUNCTION, type Rule, type Rules } from "../credentials/options.ts";
import { TlsError } from "../credentials/tls-error.ts";
import type { Session } from "../sandbox/engine.ts";
import type { PeerFacts } from "../sandbox/peer.ts";

/** Which peers may come in, of those that the CAs vouch for. */
export interface PeerCheckOptions {
  /**
   * The peer's certificate must have one of these keys: `sha256//` and the SHA-256 of its public key info
   * in base64, as curl's --pinnedpubkey has it. Else the peer hears access_denied, and the error's code is
   * ERR_BEARHUG_NOT_ALLOWED.
   */
  readonly pins?: readonly string[];
  /**
   * Called when the handshake is done, before a byte passes, with the peer's certificate; null: it sent
   * none. An error that it throws or returns is the connection's, and the peer hears access_denied. It has
   * to answer at once: a promise is an error, too.
   */
  readonly checkPeer?: (certificate: X509Certificate | null) => Error | undefined;
}

const PIN = /^sha256\/\/([A-Za-z0-9+/]{43}=)$/;

const PINS: Rule = {
  expected: "an array of strings",
  accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  refuses: (value: readonly string[]) => {
    if (value.length === 0) return "is empty: no peer would have one of these keys";
    const bad = value.find((one) => !isPin(one));
    return bad === undefined
      ? null
      : `has ${JSON.stringify(bad)}; a pin is sha256// and 32 bytes in base64`;
  },
};

/** @internal */
export const PEER_CHECK_OPTIONS: Rules = { pins: PINS, checkPeer: FUNCTION };

/** The peer's certificate is valid, and not one that may come in. */
class Refused extends Error {
  /** access_denied (RFC 8446, 6.2). */
  readonly refusesWith = 49;

  /** @param reason what the connection's owner gets */
  constructor(readonly reason: Error) {
    super(reason.message);
  }
}

/**
 * The error that a connection's owner gets, of one that `requireAllowed` threw.
 *
 * @internal
 */
export function refusalOf(failure: Error): Error | null {
  return failure instanceof Refused ? failure.reason : null;
}

/** @internal @throws {Refused} */
export function requireAllowed({ peer }: Session, { pins, checkPeer }: PeerCheckOptions): void {
  try {
    if (pins !== undefined) requirePin(peer, pins);
    const answer: unknown = checkPeer?.(peer && new X509Certificate(peer.der));
    if (answer === undefined || answer === null) return;
    if (answer instanceof Error) throw answer;
    throw new TypeError(`checkPeer must throw or return an Error, or return nothing, at once`);
  } catch (error) {
    throw new Refused(error instanceof Error ? error : new Error(String(error)));
  }
}

function requirePin(peer: PeerFacts | null, pins: readonly string[]): void {
  const admissions = pins.map(
    (pin): Admission => ({ kind: "SPKI", value: pin.slice("sha256//".length) }),
  );
  try {
    requireAdmission(peer, admissions);
  } catch (cause) {
    const { message } = cause as Error;
    throw new TlsError(message, {
      reason: "NOT_ALLOWED",
      side: "peer",
      alert: "access_denied",
      cause,
    });
  }
}

function isPin(text: string): boolean {
  const hash = PIN.exec(text)?.[1];
  return hash !== undefined && Buffer.from(hash, "base64").toString("base64") === hash;
}

import type { ALERT } from "./refusals.ts";
import type { Tls12Client } from "./tls12-client.ts";

/** What a peer, mostly a client, does wrong, and what it gets for it. */
export interface Misdeed<Peer = Tls12Client> {
  error: ErrorName;
  /** What it reads. */
  alert: AlertName;
  what: string;
  commit: Commit<Peer>;
}

/** BearSSL's name of an error, without `BR_ERR_`. */
export type ErrorName = keyof typeof TOLD;
export type AlertName = keyof typeof ALERT;
export type Commit<Peer = Tls12Client> = (peer: Peer) => Promise<void> | void;

/** Several ways to provoke the same error and the same alert. */
export function misdeeds<Peer = Tls12Client>(
  error: ErrorName,
  alert: AlertName,
  ways: Record<string, Commit<Peer>>,
): Misdeed<Peer>[] {
  return Object.entries(ways).map(([what, commit]) => ({ error, alert, what, commit }));
}

/** What the operator reads about an error. */
export const TOLD = {
  UNSUPPORTED_VERSION: "not TLS, or an unsupported version of it",
  BAD_VERSION: "record with another version than the previous ones",
  BAD_LENGTH: "invalid record length",
  BAD_MAC: "record with a wrong MAC or padding",
  UNEXPECTED: "unexpected record or message",
  BAD_CCS: "invalid ChangeCipherSpec",
  BAD_HANDSHAKE: "malformed handshake message",
  OVERSIZED_ID: "session identifier over 32 bytes",
  BAD_CIPHER_SUITE: "cipher suite that was not offered",
  BAD_COMPRESSION: "compression that was not offered",
  BAD_FRAGLEN: "maximum fragment length that was not offered",
  BAD_SECRENEG: "secure renegotiation failed",
  EXTRA_EXTENSION: "extension that was not offered, or twice",
  BAD_SNI: "invalid server name indication",
  BAD_HELLO_DONE: "invalid ServerHelloDone",
  INVALID_ALGORITHM: "no common or no valid algorithm (curve, hash, signature)",
  BAD_SIGNATURE: "invalid signature",
  BAD_FINISHED: "Finished message that does not match",
} as const;

/** The name of an alert in RFC 5246: record_overflow for recordOverflow. */
export function alertInWords(alert: AlertName): string {
  return alert.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

import type { ALERT } from "./refusals.ts";
import type { Tls12Client } from "./tls12-client.ts";

/** What a client does wrong, and what it gets for it. */
export interface Misdeed {
  error: ErrorName;
  /** What the client reads. */
  alert: AlertName;
  what: string;
  commit: Commit;
}

/** BearSSL's name of an error, without `BR_ERR_`. */
export type ErrorName = keyof typeof TOLD;
export type AlertName = keyof typeof ALERT;
export type Commit = (client: Tls12Client) => Promise<void> | void;

/** Several ways to provoke the same error and the same alert. */
export function misdeeds(
  error: ErrorName,
  alert: AlertName,
  ways: Record<string, Commit>,
): Misdeed[] {
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
  BAD_FRAGLEN: "maximum fragment length that was not offered",
  BAD_SECRENEG: "secure renegotiation failed",
  BAD_FINISHED: "Finished message that does not match",
} as const;

/** The name of an alert in RFC 5246: record_overflow for recordOverflow. */
export function alertInWords(alert: AlertName): string {
  return alert.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

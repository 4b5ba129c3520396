import {
  BR_ERR_RECV_FATAL_ALERT,
  BR_ERR_SEND_FATAL_ALERT,
  BR_ERR_UNSUPPORTED_VERSION,
  BR_ERR_X509_EXPIRED,
  BR_ERR_X509_LIMIT_EXCEEDED,
} from "./abi.ts";
import { alertName } from "./alerts.ts";
import { meaningOf, type Side } from "./error-meanings.ts";

/** A profile and limits that have no version of TLS in common, or none that this side speaks. */
export class NoVersionLeft extends Error {
  constructor() {
    super("no version of TLS is left between the profile's and the limits");
  }
}

const ALERT_MASK = 0xff;

/** What there is to know about a failure besides its number. */
export interface Circumstances {
  /** The alert that tells the peer; 0 for none, or when the number itself says it. */
  readonly alertSent?: number;
  /** The certificate is not too old but too new. */
  readonly notYetValid?: boolean;
  /** What the failure came of, if that is known. */
  readonly cause?: unknown;
  /** What there is to say of the versions that this side has. */
  readonly versions?: string;
}

/** An engine gave up. `code` is BearSSL's number, `reason` its name without `BR_ERR_`. */
export class EngineError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly side: Side;
  /** The number of the fatal alert that was sent or received; null for none. */
  readonly alert: number | null;

  /** @internal */
  constructor(code: number, circumstances: Circumstances = {}) {
    const { alertSent = 0, cause } = circumstances;
    const [reason, side, meaning] = meaningOf(code);
    const what = detailed(meaning, code, circumstances);
    super(
      alertSent === 0 ? what : `${what}; sent the alert ${alertName(alertSent)}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.reason = reason;
    this.side = side;
    this.alert = code >= BR_ERR_RECV_FATAL_ALERT ? code & ALERT_MASK : alertSent || null;
  }

  /** The peer ended the connection, with a fatal alert. */
  get isReceivedAlert(): boolean {
    return this.code >= BR_ERR_RECV_FATAL_ALERT && this.code < BR_ERR_SEND_FATAL_ALERT;
  }

  /** The chain doesn't fit in the module's largest memory. @internal */
  static outOfMemory(): EngineError {
    return new EngineError(BR_ERR_X509_LIMIT_EXCEEDED);
  }

  /** There is no certificate for the name that the peer asked for; null: for none. @internal */
  static refusedName(serverName: string | null, alert: number): EngineError {
    const error = new EngineError(BR_ERR_SEND_FATAL_ALERT + alert);
    const what = serverName === null ? "no server name" : `unknown server name ${serverName}`;
    error.message = `${what}; sent the alert ${alertName(alert)}`;
    return error;
  }
}

/** The certificates of the CAs can't be used. */
export class UnusableAnchors extends Error {}

function detailed(meaning: string, code: number, circumstances: Circumstances): string {
  const { notYetValid = false, versions } = circumstances;
  if (code === BR_ERR_X509_EXPIRED) return expiry(notYetValid);
  const isVersion = code === BR_ERR_UNSUPPORTED_VERSION && versions !== undefined;
  return isVersion ? `${meaning}: ${versions}` : meaning;
}

function expiry(notYetValid: boolean): string {
  return notYetValid ? "certificate not yet valid" : "certificate expired";
}

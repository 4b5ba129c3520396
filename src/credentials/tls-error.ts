import { alertName } from "../sandbox/alerts.ts";
import type { Side } from "../sandbox/error-meanings.ts";
import type { EngineError } from "../sandbox/errors.ts";

/** Every `code` begins with this; Node's own begin with `ERR_` and another name. */
const PREFIX = "ERR_BEARHUG_";

/**
 * TLS failed, or could not begin. `code` is `ERR_BEARHUG_` and BearSSL's name of the error, such as
 * `ERR_BEARHUG_X509_NOT_TRUSTED`, or one of our own (docs/library.md lists them).
 */
export class TlsError extends Error {
  override readonly name = "TlsError";
  /** Such as `ERR_BEARHUG_X509_NOT_TRUSTED`. */
  readonly code: string;
  /** The side that has to change something: `us` (a defect or a lack here), `peer`, or `configuration`. */
  readonly side: Side;
  /** The fatal alert that was sent or received (RFC 5246, 7.2.2), such as `unknown_ca`; or null. */
  readonly alert: string | null;

  /** @internal */
  constructor(message: string, facts: TlsErrorFacts) {
    super(message, "cause" in facts ? { cause: facts.cause } : undefined);
    this.code = `${PREFIX}${facts.reason}`;
    this.side = facts.side;
    this.alert = facts.alert ?? null;
  }
}

/** An engine's error, as a user of the library gets it. */
export function tlsErrorOf(cause: EngineError): TlsError {
  const { reason, side, message, alert: number } = cause;
  const alert = number === null ? null : alertName(number);
  return new TlsError(message, { reason, side, alert, cause: cause.cause ?? cause });
}

export interface TlsErrorFacts {
  /** The code without its prefix. */
  readonly reason: string;
  readonly side: Side;
  readonly alert?: string | null;
  readonly cause?: unknown;
}

/** An option has a value of the wrong type, as Node's own functions tell it. */
export class ArgumentTypeError extends TypeError {
  readonly code = "ERR_INVALID_ARG_TYPE";

  /** @internal */
  constructor(name: string, expected: string, value: unknown) {
    super(`The "${name}" option must be ${expected}. Received ${describe(value)}`);
  }
}

/** An option has a value of the right type that makes no sense, or is not known at all. */
export class ArgumentValueError extends TypeError {
  readonly code = "ERR_INVALID_ARG_VALUE";

  /** @internal */
  constructor(name: string, reason: string) {
    super(`The "${name}" option ${reason}`);
  }
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return `an instance of ${value.constructor?.name ?? "Object"}`;
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return "a string";
  return `type ${typeof value} (${String(value)})`;
}

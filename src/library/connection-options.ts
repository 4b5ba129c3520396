import { isBytes } from "../credentials/bytes.ts";
import {
  BOOLEAN,
  MILLISECONDS,
  OBJECT,
  REQUEST,
  type Rule,
  type Rules,
  SERVER_NAME,
} from "../credentials/options.ts";
import type { SecureContext } from "../credentials/secure-context.ts";
import { PEER_CHECK_OPTIONS, type PeerCheckOptions } from "./peer-check.ts";
import { type SecureContextOptions, SHARED_OPTIONS } from "./secure-context.ts";

/** Of any connection. */
export interface ConnectionOptions extends PeerCheckOptions {
  /** In place of `key`, `cert`, `ca` and the others that createSecureContext has. */
  readonly secureContext?: SecureContext;
  /** Milliseconds from now on until the handshake must be done; 0 is for ever. Default: 120000. */
  readonly handshakeTimeout?: number;
  /** Once the peer has ended, do we end by ourselves (false, the default), or when we like? */
  readonly allowHalfOpen?: boolean;
  /** Is a peer that ends without close_notify an error (code ERR_BEARHUG_TRUNCATED)? */
  readonly enforceCloseNotify?: boolean;
}

/** Of a client's connection. */
export interface ClientOptions extends SecureContextOptions, ConnectionOptions {
  /** The server's name, asked for (SNI) and looked for in its certificate; null: neither. */
  readonly servername?: string | null;
  /**
   * A session that the event `session` told of, of an earlier connection to the same server with the
   * same settings. Default: the newest one that was not used yet. Each is used once.
   */
  readonly session?: Uint8Array | null;
  /** false: any server will do. Default: true. */
  readonly rejectUnauthorized?: boolean;
  /** Drops the connection when it aborts. */
  readonly signal?: AbortSignal;
}

/** Of a server's connection. */
export interface ServerOptions extends SecureContextOptions, ConnectionOptions {
  /**
   * Are clients asked for a certificate? true: those without a good one are refused; `optional`:
   * those without any are welcome. A bad one is always refused.
   */
  readonly requestCert?: boolean | "optional";
}

/** Of a stream of the user's own, whose client we are. */
export interface WrapClientOptions extends ClientOptions {
  readonly isServer?: false;
}

/** Of a stream of the user's own, whose server we are. */
export interface WrapServerOptions extends ServerOptions {
  readonly isServer: true;
  /** Drops the connection when it aborts. */
  readonly signal?: AbortSignal;
}

/** Of a stream of the user's own, in either role. */
export type WrapOptions = WrapClientOptions | WrapServerOptions;

/** @internal */
export const SIGNAL: Rule = {
  expected: "an AbortSignal",
  // Of any realm, and of any implementation: jsdom has one of its own.
  accepts: (value) => {
    const { aborted, addEventListener } = Object(value) as AbortSignal;
    return typeof aborted === "boolean" && typeof addEventListener === "function";
  },
};

const SESSION: Rule = {
  expected: "a Buffer or another Uint8Array, or null",
  accepts: (value) => value === null || isBytes(value),
};

const CONNECTION_OPTIONS: Rules = {
  secureContext: OBJECT,
  handshakeTimeout: MILLISECONDS,
  allowHalfOpen: BOOLEAN,
  enforceCloseNotify: BOOLEAN,
  ...PEER_CHECK_OPTIONS,
};

/** @internal */
export const SERVER_OPTIONS: Rules = {
  ...SHARED_OPTIONS,
  ...CONNECTION_OPTIONS,
  requestCert: REQUEST,
};

/** @internal */
export const CLIENT_OPTIONS: Rules = {
  ...SHARED_OPTIONS,
  ...CONNECTION_OPTIONS,
  servername: SERVER_NAME,
  session: SESSION,
  rejectUnauthorized: BOOLEAN,
  signal: SIGNAL,
};

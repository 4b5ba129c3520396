import { Duplex } from "node:stream";
import { ArgumentTypeError, ArgumentValueError } from "../context/errors.ts";
import {
  BOOLEAN,
  checkOptions,
  MILLISECONDS,
  OBJECT,
  pick,
  REQUEST,
  type Rule,
  type Rules,
  SERVER_NAME,
} from "../context/options.ts";
import type { SecureContext } from "../context/secure-context.ts";
import {
  checkContext,
  createSecureContext,
  type SecureContextOptions,
  SHARED_OPTIONS,
} from "./secure-context.ts";
import { TlsStream } from "./tls-stream.ts";

/** Of any connection. */
export interface ConnectionOptions {
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

const SIGNAL: Rule = {
  expected: "an AbortSignal",
  accepts: (value) => value instanceof AbortSignal,
};

const CONNECTION_OPTIONS: Rules = {
  secureContext: OBJECT,
  handshakeTimeout: MILLISECONDS,
  allowHalfOpen: BOOLEAN,
  enforceCloseNotify: BOOLEAN,
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
  rejectUnauthorized: BOOLEAN,
  signal: SIGNAL,
};

const HANDSHAKE_TIMEOUT = 120_000;

/**
 * TLS over any stream: after STARTTLS, inside of another tunnel, in a test. We are the client, or with
 * `isServer: true` the server. The stream is ours from now on.
 *
 * @throws `TypeError` at once for options that are wrong in themselves; `TlsError` for credentials
 *   that can't be used
 */
export function wrap(duplex: Duplex, options: WrapOptions): TlsStream {
  checkDuplex(duplex);
  const { isServer = false, ...rest } = Object(options) as WrapOptions;
  checkOptions({ isServer }, { isServer: BOOLEAN });
  if (isServer) {
    checkOptions(rest, { ...SERVER_OPTIONS, signal: SIGNAL });
    return wrapServer(duplex, rest as ServerOptions);
  }
  checkOptions(rest, CLIENT_OPTIONS);
  return wrapClient(duplex, rest as ClientOptions);
}

/** Records are bytes: a stream of text, or of other objects, would break them. */
function checkDuplex(duplex: unknown): void {
  if (!(duplex instanceof Duplex)) throw new ArgumentTypeError("duplex", "a stream.Duplex", duplex);
  if (duplex.readableEncoding !== null) {
    throw new ArgumentValueError("duplex", "gives text (setEncoding), and TLS needs bytes");
  }
  if (duplex.readableObjectMode || duplex.writableObjectMode) {
    throw new ArgumentValueError("duplex", "is in object mode, and TLS needs bytes");
  }
}

/** @internal */
export function wrapClient(network: Duplex, options: ClientOptions): TlsStream {
  const { servername, rejectUnauthorized = true } = options;
  if (servername === undefined && rejectUnauthorized) {
    throw new ArgumentValueError("servername", "is needed: whom do we expect? (null: anybody)");
  }
  const { context, isOwn } = contextOf(options, rejectUnauthorized);
  return start({ network, options, context, isOwn, verifies: rejectUnauthorized }, () =>
    context.clientEngine({ servername: servername ?? null, rejectUnauthorized }),
  );
}

function wrapServer(network: Duplex, options: ServerOptions): TlsStream {
  const { context, isOwn } = contextOf(options, false);
  const { requestCert = false } = options;
  return start({ network, options, context, isOwn, verifies: requestCert !== false }, () =>
    context.serverEngine({ requestCert }),
  );
}

interface Beginning {
  readonly network: Duplex;
  readonly options: ConnectionOptions & { readonly signal?: AbortSignal };
  readonly context: SecureContext;
  /** Nobody else has this context: its keys are wiped as soon as they are of no more use. */
  readonly isOwn: boolean;
  readonly verifies: boolean;
}

function start(beginning: Beginning, newEngine: () => ReturnType<SecureContext["serverEngine"]>) {
  const { network, options, context, isOwn, verifies } = beginning;
  const keyUsed = () => {
    if (isOwn) context.wipe();
  };
  try {
    return new TlsStream({
      network,
      verifies,
      keyUsed,
      engine: newEngine(),
      ...streamOptions(options),
      signal: options.signal,
    });
  } catch (error) {
    keyUsed();
    throw error;
  }
}

/** @internal */
export function streamOptions(options: ConnectionOptions) {
  const { handshakeTimeout = HANDSHAKE_TIMEOUT } = options;
  const { allowHalfOpen = false, enforceCloseNotify = false } = options;
  return { handshakeTimeout, allowHalfOpen, enforceCloseNotify };
}

/**
 * The context that options name, or a new one that they describe.
 *
 * @internal
 */
export function contextOf(
  options: SecureContextOptions & ConnectionOptions,
  needsAnchors: boolean,
): { context: SecureContext; isOwn: boolean } {
  const { secureContext } = options;
  const described = pick(options, SHARED_OPTIONS) as SecureContextOptions;
  if (secureContext === undefined) {
    const { ca, caFile } = described;
    const isLacking = needsAnchors && ca === undefined && caFile === undefined;
    const context = createSecureContext(isLacking ? { ...described, ca: "system" } : described);
    return { context, isOwn: true };
  }
  checkContext(secureContext);
  for (const [name, value] of Object.entries(described)) {
    if (value !== undefined) throw new ArgumentValueError(name, "is the secureContext's");
  }
  return { context: secureContext, isOwn: false };
}

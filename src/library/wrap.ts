import type { Duplex } from "node:stream";
import { BOOLEAN, checkOptions, pick } from "../credentials/options.ts";
import type { SecureContext } from "../credentials/secure-context.ts";
import { ArgumentTypeError, ArgumentValueError } from "../credentials/tls-error.ts";
import { own } from "../sandbox/own.ts";
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  type ConnectionOptions,
  SERVER_OPTIONS,
  type ServerOptions,
  SIGNAL,
  type WrapOptions,
} from "./connection-options.ts";
import {
  checkContext,
  createSecureContext,
  type SecureContextOptions,
  SHARED_OPTIONS,
  sessionsOfProcess,
} from "./secure-context.ts";
import type { ConnectionSessions } from "./sessions.ts";
import { TlsStream } from "./tls-stream.ts";

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
  const { isServer = false, ...rest } = own(Object(options) as WrapOptions);
  checkOptions({ isServer }, { isServer: BOOLEAN });
  if (isServer) {
    const rules = { ...SERVER_OPTIONS, signal: SIGNAL };
    return wrapServer(duplex, checkOptions(rest as ServerOptions, rules));
  }
  return wrapClient(duplex, checkOptions(rest as ClientOptions, CLIENT_OPTIONS));
}

/** Records are bytes: a stream of text, or of other objects, would break them. */
function checkDuplex(duplex: unknown): asserts duplex is Duplex {
  if (!isDuplex(duplex)) throw new ArgumentTypeError("duplex", "a stream.Duplex", duplex);
  if ((duplex.readableEncoding ?? null) !== null) {
    throw new ArgumentValueError("duplex", "gives text (setEncoding), and TLS needs bytes");
  }
  if (duplex.readableObjectMode || duplex.writableObjectMode) {
    throw new ArgumentValueError("duplex", "is in object mode, and TLS needs bytes");
  }
}

/** Of any realm, and of npm's readable-stream, which has a class of its own. */
function isDuplex(value: unknown): value is Duplex {
  if (typeof value !== "object" || value === null) return false;
  return DUPLEX_METHODS.every((name) => typeof (value as Duplex)[name] === "function");
}

const DUPLEX_METHODS = [
  "on",
  "once",
  "read",
  "write",
  "end",
  "pause",
  "resume",
  "destroy",
] as const;

/** @internal */
export function wrapClient(network: Duplex, options: ClientOptions, target = ""): TlsStream {
  const { servername, rejectUnauthorized = true, session } = options;
  if (servername === undefined && rejectUnauthorized) {
    throw new ArgumentValueError("servername", "is needed: whom do we expect? (null: anybody)");
  }
  const { context, isOwn } = contextOf(options, rejectUnauthorized);
  const expected = { servername: servername ?? null, rejectUnauthorized };
  const sessions =
    sessionsOfProcess().forConnection({ context, target, ...expected }, session ?? undefined) ??
    undefined;
  return start({ network, options, context, isOwn, verifies: rejectUnauthorized, sessions }, () =>
    context.resumingEngine(expected, sessions),
  );
}

function wrapServer(network: Duplex, options: ServerOptions): TlsStream {
  const { context, isOwn } = contextOf(options, false);
  const { requestCert = false } = options;
  requireRequest(options);
  return start({ network, options, context, isOwn, verifies: requestCert !== false }, () =>
    context.serverEngine({ requestCert }),
  );
}

/**
 * Without a request no client shows a certificate, and each would be refused, or judged by nothing.
 *
 * @internal
 */
export function requireRequest({ requestCert = false, pins, checkPeer }: ServerOptions): void {
  if (requestCert !== false) return;
  for (const [name, value] of Object.entries({ pins, checkPeer })) {
    if (value !== undefined) throw new ArgumentValueError(name, "is of no use without requestCert");
  }
}

interface Beginning {
  readonly network: Duplex;
  readonly options: ConnectionOptions & { readonly signal?: AbortSignal };
  readonly context: SecureContext;
  /** This stream alone has the context: its keys are wiped as soon as they are of no more use. */
  readonly isOwn: boolean;
  readonly verifies: boolean;
  /** A client's. */
  readonly sessions?: ConnectionSessions | undefined;
}

function start(beginning: Beginning, newEngine: () => ReturnType<SecureContext["serverEngine"]>) {
  const { network, options, context, isOwn, verifies, sessions } = beginning;
  const keyUsed = () => {
    if (isOwn) context.wipe();
  };
  try {
    return new TlsStream({
      network,
      verifies,
      sessions,
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
  const { allowHalfOpen = false, enforceCloseNotify = false, pins, checkPeer } = options;
  const peerCheck = own({
    ...(pins && { pins: [...pins] }),
    ...(checkPeer && { checkPeer }),
  });
  return { handshakeTimeout, allowHalfOpen, enforceCloseNotify, peerCheck };
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

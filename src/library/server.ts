import { type Socket, Server as TcpServer } from "node:net";
import { KeptCredentials } from "../credentials/kept-credentials.ts";
import {
  BOOLEAN,
  checkOptions,
  FUNCTION,
  MILLISECONDS,
  type Rules,
} from "../credentials/options.ts";
import type { SecureContext } from "../credentials/secure-context.ts";
import { ArgumentTypeError, ArgumentValueError } from "../credentials/tls-error.ts";
import type { Engine } from "../sandbox/engine.ts";
import { wipedIfItFails } from "../sandbox/keeper.ts";
import { own } from "../sandbox/own.ts";
import { SERVER_OPTIONS, type ServerOptions } from "./connection-options.ts";
import {
  headerOf,
  NETWORKS,
  trustedProxies as networksOf,
  type TrustedProxies,
} from "./proxied.ts";
import { createSecureContext, type SecureContextOptions } from "./secure-context.ts";
import { type StreamSettings, TlsStream } from "./tls-stream.ts";
import { contextOf, requireRequest, streamOptions } from "./wrap.ts";

type Kept = KeptCredentials<{ readonly keeper: SecureContext; readonly newEngine: () => Engine }>;

/** Of a server that listens by itself. */
export interface ListeningOptions extends ServerOptions {
  /** As of net.createServer; true by default. */
  readonly noDelay?: boolean;
  /** As of net.createServer. */
  readonly keepAlive?: boolean;
  /** As of net.createServer: milliseconds. */
  readonly keepAliveInitialDelay?: number;
  /**
   * Does each connection begin with a PROXY header, version 1 or 2? Then `remoteAddress` and its like
   * are the client's, as the proxy tells them, and `proxyHeader` has the rest. Default: false.
   */
  readonly proxyProtocol?: boolean;
  /**
   * The addresses and networks (`192.0.2.0/24`) of the proxies; others are hung up on. Without it every
   * peer is believed, and can pretend to be any client.
   */
  readonly trustedProxies?: readonly string[];
}

const RULES: Rules = {
  ...SERVER_OPTIONS,
  noDelay: BOOLEAN,
  keepAlive: BOOLEAN,
  keepAliveInitialDelay: MILLISECONDS,
  proxyProtocol: BOOLEAN,
  trustedProxies: NETWORKS,
};

/**
 * A TLS server: a net.Server (listen, close, address, …), each of whose connections has a sandbox of
 * its own. Its keys stay where they are when it closes, since it may listen again; to have them
 * wiped, give a `secureContext` and wipe that.
 *
 * @param listener for the event `secureConnection`
 * @throws `TypeError` at once for options that are wrong in themselves; `TlsError` for credentials
 *   that can't be used
 */
export function createServer(
  options: ListeningOptions,
  listener?: (stream: TlsStream) => void,
): Server {
  return new Server(options, listener);
}

/**
 * Events besides a net.Server's: `secureConnection` with the TlsStream of each client, once its
 * handshake is done; `tlsClientError` with the error and the TlsStream of one whose handshake failed.
 */
export class Server extends TcpServer {
  private readonly streams: ReturnType<typeof streamOptions>;
  private readonly requestCert: boolean | "optional";
  /** undefined: connections begin with TLS. */
  private readonly proxies: TrustedProxies | undefined;
  private kept: Kept;

  /** @internal */
  constructor(given: ListeningOptions, listener?: (stream: TlsStream) => void) {
    const options = checkOptions(given, RULES);
    if (listener !== undefined && !FUNCTION.accepts(listener)) {
      throw new ArgumentTypeError("listener", FUNCTION.expected, listener);
    }
    const { noDelay = true, keepAlive = false, keepAliveInitialDelay = 0 } = options;
    super(own({ allowHalfOpen: true, noDelay, keepAlive, keepAliveInitialDelay }));
    requireRequest(options);
    this.streams = streamOptions(options);
    this.requestCert = options.requestCert ?? false;
    const { proxyProtocol = false, trustedProxies } = options;
    if (trustedProxies !== undefined && !proxyProtocol) {
      throw new ArgumentValueError("trustedProxies", "is of no use without proxyProtocol");
    }
    this.proxies = proxyProtocol ? networksOf(trustedProxies) : undefined;
    this.kept = keep(contextOf(options, false), this.requestCert);
    if (listener !== undefined) this.on("secureConnection", listener);
    this.on("connection", (socket) => this.welcome(socket));
  }

  /**
   * New clients get these credentials; connections that exist keep theirs. The old
   * keys are wiped as soon as no handshake needs them. If this throws, nothing has changed.
   *
   * @throws as createServer does
   */
  setSecureContext(options: SecureContextOptions): void {
    const old = this.kept;
    const context = createSecureContext(options);
    this.kept = keep({ context, isOwn: true }, this.requestCert);
    old.release();
  }

  /** A proxy has its word first; it counts against the time for the handshake. */
  private welcome(socket: Socket): void {
    const { proxies } = this;
    const { handshakeTimeout: timeout } = this.streams;
    if (proxies === undefined) {
      this.accept(socket, { handshakeTimeout: timeout, proxyHeader: null });
      return;
    }
    const start = performance.now();
    headerOf({ socket, proxies, timeout }).then(
      (proxyHeader) => {
        const rest = Math.max(1, timeout - (performance.now() - start));
        this.accept(socket, { handshakeTimeout: timeout === 0 ? 0 : rest, proxyHeader });
      },
      (error: Error) => {
        socket.on("error", () => {}).destroy();
        this.emit("tlsClientError", error);
      },
    );
  }

  private accept(
    socket: Socket,
    client: Pick<StreamSettings, "handshakeTimeout" | "proxyHeader">,
  ): void {
    const { kept } = this;
    kept.use();
    const keyUsed = () => kept.release();
    let stream: TlsStream;
    try {
      const engine = kept.credentials.newEngine();
      const verifies = this.requestCert !== false;
      const settings = { ...this.streams, ...client, verifies, signal: undefined };
      stream = new TlsStream({ ...settings, network: socket, engine, keyUsed });
    } catch (error) {
      keyUsed();
      socket.destroy();
      this.emit("tlsClientError", error);
      return;
    }
    const fail = (error: Error) => this.emit("tlsClientError", error, stream);
    stream.once("error", fail);
    stream.once("secureConnect", () => {
      stream.off("error", fail);
      this.emit("secureConnection", stream);
    });
  }
}

/** What would be wrong with every client is told before the first one. */
function keep(
  { context, isOwn }: ReturnType<typeof contextOf>,
  requestCert: boolean | "optional",
): Kept {
  const kept = wipedIfItFails(isOwn ? context : null, () => {
    const newEngine = context.serverEngines({ requestCert });
    newEngine().wipe();
    return new KeptCredentials({ keeper: context, newEngine });
  });
  // A context that the caller made is the caller's to wipe, so this use of it never ends.
  if (!isOwn) kept.use();
  return kept;
}

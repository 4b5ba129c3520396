/**
 * TLS with all the cryptography inside a WebAssembly sandbox, in the shapes that Node's users know.
 *
 * @module bearhug
 */
import { requireNode } from "./library/node-version.ts";

requireNode();

export type {
  Credential,
  KeyPair,
  OutsideKeyPair,
  SecureContext,
  Sign,
  SignatureScheme,
  UnusableAuthority,
} from "./credentials/secure-context.ts";
export { ArgumentTypeError, ArgumentValueError, TlsError } from "./credentials/tls-error.ts";
export { type ConnectOptions, connect } from "./library/connect.ts";
export type {
  ClientOptions,
  ConnectionOptions,
  ServerOptions,
  WrapClientOptions,
  WrapOptions,
  WrapServerOptions,
} from "./library/connection-options.ts";
export type { EndMessage, HandshakeMessage, TrafficMessage } from "./library/diagnostics.ts";
export type { PeerCertificate } from "./library/peer-certificate.ts";
export type { PeerCheckOptions } from "./library/peer-check.ts";
export { createSecureContext, type SecureContextOptions } from "./library/secure-context.ts";
export { createServer, type ListeningOptions, Server } from "./library/server.ts";
export { TlsStream } from "./library/tls-stream.ts";
export { wrap } from "./library/wrap.ts";
export type { ProxiedEnds, ProxiedTls, ProxyHeader } from "./proxy-protocol/header.ts";
export type { Profile } from "./sandbox/engine-settings.ts";
export type { Side } from "./sandbox/error-meanings.ts";

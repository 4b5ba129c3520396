/**
 * TLS without I/O, for programs that bring their own transport: in Node, Deno, Bun or a browser. Nothing
 * of `node:` is imported here.
 *
 * @module bearhug/engine
 */

import {
  type Modules,
  SecureContext,
  type SecureContextOptions as SharedOptions,
} from "./credentials/secure-context.ts";
import { own } from "./sandbox/own.ts";

export type {
  ClientEngineOptions,
  Credential,
  KeyPair,
  Modules,
  OutsideKeyPair,
  SecureContext,
  ServerEngineOptions,
  Sign,
  SignatureScheme,
  UnusableAuthority,
} from "./credentials/secure-context.ts";
export { ArgumentTypeError, ArgumentValueError, TlsError } from "./credentials/tls-error.ts";
export type { Channel, Engine, Session } from "./sandbox/engine.ts";
export type { Profile } from "./sandbox/engine-settings.ts";
export type { Side } from "./sandbox/error-meanings.ts";
export { EngineError } from "./sandbox/errors.ts";
export { SandboxTrap, UseAfterWipe } from "./sandbox/instance.ts";
export type { PeerFacts, PeerName } from "./sandbox/peer.ts";

/** What connections may share, and the modules that they run in. */
export interface SecureContextOptions extends SharedOptions {
  readonly modules: Modules;
}

/**
 * Reads and checks keys, certificates and settings once, for many connections. Its `serverEngine` and
 * `clientEngine` give an engine for each.
 *
 * @throws `TypeError` at once, with `code` ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE and the
 *   option's name, for options that are wrong in themselves
 * @throws `TlsError` for credentials or modules that can't be used
 */
export function createSecureContext(options: SecureContextOptions): SecureContext {
  const { modules, ...rest } = own(Object(options) as SecureContextOptions);
  return new SecureContext(own(Object(modules) as Modules), rest, seed);
}

/** The memory of an engine is never shared. */
function seed(room: Uint8Array): void {
  crypto.getRandomValues(room as Uint8Array<ArrayBuffer>);
}

import * as abi from "./abi.ts";
import type { EngineExports } from "./engine-exports.ts";
import { ERR_NO_SIGNATURE } from "./error-meanings.ts";
import { EngineError } from "./errors.ts";
import { type ExportRequest, exportKeys } from "./exporter.ts";
import type { Sandbox } from "./instance.ts";
import { tellSecrets } from "./key-log.ts";
import type { Role } from "./key-operations.ts";
import type { Requests } from "./requests.ts";
import type { Configured } from "./role-configuration.ts";
import type { Session } from "./session.ts";

import { VERSION_TLS13 } from "./versions.ts";

export type { Session } from "./session.ts";

const CHANNELS = {
  sendrec: abi.ENGINE_SENDREC,
  recvrec: abi.ENGINE_RECVREC,
  sendapp: abi.ENGINE_SENDAPP,
  recvapp: abi.ENGINE_RECVAPP,
} as const;

/** `rec` are records, for and from the network; `app` is application data. */
export type Channel = keyof typeof CHANNELS;

/** What an engine says of its connection; see its properties of the same names. */
export interface EngineState {
  readonly closed: boolean;
  readonly established: boolean;
  readonly peerClosed: boolean;
  readonly inRecord: boolean;
  readonly awaitsHost: boolean;
}

/** One TLS connection in a sandbox of its own. engines.ts makes them. */
export class Engine {
  /** @internal */
  readonly role: Role;
  private readonly sandbox: Sandbox<EngineExports>;
  private readonly requests: Requests;
  private readonly configured: Configured;

  /** @internal */
  constructor({ role, sandbox, requests, configured }: EngineParts) {
    this.role = role;
    this.sandbox = sandbox;
    this.requests = requests;
    this.configured = configured;
  }

  /**
   * Called when the engine can go on, though nothing came from either side: a key that answers later
   * has answered.
   *
   * @internal
   */
  set resumed(action: () => void) {
    this.requests.resumed = action;
  }

  /**
   * The bytes to take from a channel, or the room to fill in it; empty for none now. The view is
   * valid until the next call into the engine.
   */
  buffer(channel: Channel): Uint8Array {
    const { exports, memory } = this.sandbox;
    const { secrets } = this.configured;
    this.requests.deliver();
    if (secrets !== null) tellSecrets(this.sandbox, secrets.room, secrets.tell);
    const at = exports.engine_buf(CHANNELS[channel]);
    return memory.view(at, exports.engine_buf_length());
  }

  /** So many bytes of the buffer were taken or filled: at least one. */
  ack(channel: Channel, count: number): void {
    this.sandbox.exports.engine_ack(CHANNELS[channel], count);
    if (this.requests.mayCome) this.requests.attend();
  }

  /** Makes a record of the application data gathered so far, if any. */
  flush(): void {
    this.sandbox.exports.engine_flush();
  }

  /** Sends close_notify after all that was sent; received data not yet taken is dropped. */
  close(): void {
    this.sandbox.exports.engine_close();
  }

  /**
   * Sends close_notify after all that was sent; the peer's data still comes. `close` does nothing
   * afterwards.
   */
  end(): void {
    this.sandbox.exports.engine_end();
  }

  /**
   * Refuses an established connection's peer with a fatal alert, by its number (RFC 8446, 6.2).
   *
   * @internal
   */
  refuse(alert: number): void {
    this.sandbox.exports.engine_refuse(alert);
  }

  /** Is there anything to take from a channel, or room to fill in it? @internal */
  pending(channel: Channel): boolean {
    return this.sandbox.exports.engine_buf(CHANNELS[channel]) !== 0;
  }

  /** A close_notify ends its sender's direction alone, as TLS 1.3 has it (RFC 8446, 6.1). @internal */
  get closesOneDirection(): boolean {
    return this.sandbox.exports.engine_version() >= VERSION_TLS13;
  }

  /** How things stand, in one look. @internal */
  get state(): EngineState {
    const bits = this.sandbox.exports.engine_state();
    return {
      closed: (bits & abi.ENGINE_CLOSED) !== 0,
      established: (bits & abi.ENGINE_ESTABLISHED) !== 0,
      peerClosed: (bits & abi.ENGINE_PEER_CLOSED) !== 0,
      inRecord: (bits & abi.ENGINE_IN_RECORD) !== 0,
      awaitsHost: (bits & (abi.ENGINE_AWAITS_CHAIN | abi.ENGINE_AWAITS_KEEPER)) !== 0,
    };
  }

  /** The connection is over; `error` says why. */
  get closed(): boolean {
    return this.state.closed;
  }

  /** The handshake is done, and the connection open. */
  get established(): boolean {
    return this.state.established;
  }

  /** The peer sent close_notify; it is answered by `close`. */
  get peerClosed(): boolean {
    return this.state.peerClosed;
  }

  /** A part of a record has come, and the rest has not. */
  get inRecord(): boolean {
    return this.state.inRecord;
  }

  /**
   * It waits for something that the host has to give it: no channel moves until then.
   *
   * @internal
   */
  get awaitsHost(): boolean {
    return this.state.awaitsHost;
  }

  /** Why the connection is over; null if it ended as it should. */
  get error(): EngineError | null {
    const { exports } = this.sandbox;
    const { lapse, refusal } = this.requests;
    const { versions } = this.configured;
    const code = exports.engine_last_error();
    if (code === 0 || refusal !== null) return refusal;
    return new EngineError(code, {
      alertSent: exports.engine_alert_sent(),
      notYetValid: exports.engine_peer_not_yet_valid() !== 0,
      ...(versions !== undefined && { versions }),
      ...(code === ERR_NO_SIGNATURE && { cause: lapse }),
    });
  }

  /** Facts about the connection, once established. */
  session(): Session {
    return this.requests.session();
  }

  /**
   * Keying material for another protocol (RFC 8446, 7.5; RFC 5705); null unless it was to be kept.
   *
   * @internal
   * @throws {EngineError} before the handshake is done
   */
  exportKeyingMaterial(request: ExportRequest): Uint8Array | null {
    const { exportRoom } = this.configured;
    return exportRoom === null ? null : exportKeys(this.sandbox, exportRoom, request);
  }

  /** Overwrites everything that this connection knew. Whatever is called afterwards throws. */
  wipe(): void {
    this.requests.end();
    this.sandbox.wipe();
  }
}

/** @internal */
export interface EngineParts {
  readonly role: Role;
  readonly sandbox: Sandbox<EngineExports>;
  readonly requests: Requests;
  readonly configured: Configured;
}

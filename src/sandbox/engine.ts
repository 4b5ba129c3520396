import { EngineError } from "./errors.ts";
import { instantiate, type Pointer, type Sandbox } from "./instance.ts";
import type { KeyOperations } from "./keeper.ts";

/** The typed twin of wasm/engine/abi.h. */
interface EngineExports {
  engine_alloc(length: number): Pointer;
  engine_server(profile: number): number;
  engine_add_certificate(der: Pointer, length: number): number;
  engine_start(seed: Pointer): number;
  engine_buf(channel: number): Pointer;
  engine_buf_length(): number;
  engine_ack(channel: number, length: number): void;
  engine_flush(): void;
  engine_close(): void;
  engine_state(): number;
  engine_last_error(): number;
  engine_alert_sent(): number;
  engine_version(): number;
  engine_suite(): number;
  engine_suite_name(): Pointer;
  engine_server_name(): Pointer;
}

const CHANNELS = { sendrec: 0, recvrec: 1, sendapp: 2, recvapp: 3 } as const;
const PROFILES = { modern: 0, compat: 1, legacy: 2 } as const;
const SEED_LENGTH = 32;

const CLOSED = 0x01;
const ESTABLISHED = 0x02;
const PEER_CLOSED = 0x04;
const IN_RECORD = 0x08;

/** `rec` are records, for and from the network; `app` is application data. */
export type Channel = keyof typeof CHANNELS;

/** Versions and suites on offer; wasm/engine/profiles.c lists them. */
export type Profile = keyof typeof PROFILES;

export const PROFILE_NAMES = Object.keys(PROFILES) as readonly Profile[];

export interface ServerSettings {
  readonly profile: Profile;
  /** Our certificates in DER, end entity first. */
  readonly chain: readonly Uint8Array[];
  /** The private key of the first certificate. */
  readonly key: KeyOperations;
  /** Fills its argument with fresh entropy. */
  readonly seed: (room: Uint8Array) => void;
}

/** What was negotiated. */
export interface Session {
  /** As SSL_PROTOCOL has it: `TLSv1`, `TLSv1.1` or `TLSv1.2`. */
  readonly protocol: string;
  /** OpenSSL's name of the suite. */
  readonly cipher: string;
  /** The name that the client asked for, or null. */
  readonly serverName: string | null;
}

/** One TLS connection in a sandbox of its own. */
export class Engine {
  private constructor(private readonly sandbox: Sandbox<EngineExports>) {}

  /**
   * The server's side of a connection.
   *
   * @throws {EngineError} if the certificates or the profile can't be used
   */
  static server(module: WebAssembly.Module, settings: ServerSettings): Engine {
    const engine = Engine.instantiate(module, settings.key);
    const { exports } = engine.sandbox;
    check(exports.engine_server(PROFILES[settings.profile]));
    for (const der of settings.chain) {
      const copy = engine.alloc(der.length);
      engine.sandbox.memory.view(copy, der.length).set(der);
      check(exports.engine_add_certificate(copy, der.length));
    }
    const seed = engine.alloc(SEED_LENGTH);
    settings.seed(engine.sandbox.memory.view(seed, SEED_LENGTH));
    check(exports.engine_start(seed));
    return engine;
  }

  /** An instance whose only way out leads to one private key. */
  private static instantiate(module: WebAssembly.Module, key: KeyOperations): Engine {
    const sandbox: Sandbox<EngineExports> = instantiate<EngineExports>(module, {
      keeper: {
        sign: (hash: number, value: Pointer, length: number, out: Pointer, max: number) =>
          key.sign(hash, sandbox.memory.view(value, length), sandbox.memory.view(out, max)),
        decrypt: (data: Pointer, length: number) => key.decrypt(sandbox.memory.view(data, length)),
      },
    });
    return new Engine(sandbox);
  }

  /**
   * The bytes to take from a channel, or the room to fill in it; empty for none now. The view is
   * valid until the next call into the engine.
   */
  buffer(channel: Channel): Uint8Array {
    const { exports, memory } = this.sandbox;
    const at = exports.engine_buf(CHANNELS[channel]);
    return memory.view(at, exports.engine_buf_length());
  }

  /** So many bytes of the buffer were taken or filled: at least one. */
  ack(channel: Channel, count: number): void {
    this.sandbox.exports.engine_ack(CHANNELS[channel], count);
  }

  /** Makes a record of the application data gathered so far, if any. */
  flush(): void {
    this.sandbox.exports.engine_flush();
  }

  /** Sends close_notify after all that was sent; received data not yet taken is dropped. */
  close(): void {
    this.sandbox.exports.engine_close();
  }

  /** The connection is over; `error` says why. */
  get closed(): boolean {
    return (this.sandbox.exports.engine_state() & CLOSED) !== 0;
  }

  /** The handshake is done, and the connection open. */
  get established(): boolean {
    return (this.sandbox.exports.engine_state() & ESTABLISHED) !== 0;
  }

  /** The peer sent close_notify; it is answered by `close`. */
  get peerClosed(): boolean {
    return (this.sandbox.exports.engine_state() & PEER_CLOSED) !== 0;
  }

  /** A part of a record has come, and the rest has not. */
  get inRecord(): boolean {
    return (this.sandbox.exports.engine_state() & IN_RECORD) !== 0;
  }

  /** Why the connection is over; null if it ended as it should. */
  get error(): EngineError | null {
    const { exports } = this.sandbox;
    const code = exports.engine_last_error();
    return code === 0 ? null : new EngineError(code, exports.engine_alert_sent());
  }

  /** Facts about the connection, once established. */
  session(): Session {
    const { exports, memory } = this.sandbox;
    return {
      protocol: protocolName(exports.engine_version()),
      cipher: memory.string(exports.engine_suite_name()),
      serverName: memory.string(exports.engine_server_name()) || null,
    };
  }

  /** Overwrites everything that this connection knew. The engine is of no use afterwards. */
  wipe(): void {
    this.sandbox.memory.all().fill(0);
  }

  /** @throws {EngineError} when the module's memory has reached its limit */
  private alloc(length: number): Pointer {
    const at = this.sandbox.exports.engine_alloc(length);
    if (at === 0) throw EngineError.outOfMemory();
    return at;
  }
}

function check(code: number): void {
  if (code !== 0) throw new EngineError(code);
}

/** 0x0301 is TLS 1.0 (RFC 5246, appendix E); the names are OpenSSL's. */
function protocolName(version: number): string {
  const minor = (version & 0xff) - 1;
  return minor === 0 ? "TLSv1" : `TLSv1.${minor}`;
}

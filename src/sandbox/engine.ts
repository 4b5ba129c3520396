import type { EngineExports } from "./engine-exports.ts";
import {
  type ClientSettings,
  type ClientVerification,
  type Identity,
  type IdentityChoice,
  PROFILES,
  type ServerConfiguration,
  type ServerSettings,
  type ServerStart,
} from "./engine-settings.ts";
import { EngineError, UnusableAnchors } from "./errors.ts";
import { instantiate, type Memory, type Pointer, type Sandbox } from "./instance.ts";
import type { KeyOperations } from "./keeper.ts";
import { MemoryImage } from "./memory-image.ts";
import { readServerName, readSession, type Session } from "./session.ts";

export type {
  ClientSettings,
  ClientVerification,
  Identity,
  IdentityChoice,
  Profile,
  ServerConfiguration,
  ServerSettings,
  ServerStart,
  Verification,
} from "./engine-settings.ts";
export { PROFILE_NAMES } from "./engine-settings.ts";
export type { Session } from "./session.ts";

const CHANNELS = { sendrec: 0, recvrec: 1, sendapp: 2, recvapp: 3 } as const;
const SEED_LENGTH = 32;

const CLOSED = 0x01;
const ESTABLISHED = 0x02;
const PEER_CLOSED = 0x04;
const IN_RECORD = 0x08;
const AWAITS_CHAIN = 0x10;

/** CHAIN_MAX in wasm/engine/connection.h: certificates in a server's chain. */
export const LONGEST_CHAIN = 64;

const EMPTY_CHAIN = 35;

/** BR_ERR_LIMIT_EXCEEDED */
const TOO_MANY_NAMES = 23;

const HANDSHAKE_FAILURE = 40;
const UNRECOGNIZED_NAME = 112;

/** The Unix epoch in days since the first of January of the year 0. */
const EPOCH_DAYS = 719528;
const DAY = 86_400_000;

/** `rec` are records, for and from the network; `app` is application data. */
export type Channel = keyof typeof CHANNELS;

/** Makes the engine of one more connection. */
export type ServerMaker = (start: ServerStart) => Engine;

/** One TLS connection in a sandbox of its own. */
export class Engine {
  private readonly sandbox: Sandbox<EngineExports>;
  private key: KeyOperations | null = null;
  private awaited: { readonly choice: IdentityChoice; readonly room: Pointer } | null = null;
  private refusal: EngineError | null = null;

  /** The engine's only way out leads to one private key: that of its own chain. */
  private constructor(module: WebAssembly.Module) {
    this.sandbox = instantiate<EngineExports>(module, {
      keeper: {
        sign: (hash: number, value: Pointer, length: number, out: Pointer, max: number) =>
          this.key?.sign(hash, this.memory.view(value, length), this.memory.view(out, max)) ?? 0,
        decrypt: (data: Pointer, length: number) =>
          this.key?.decrypt(this.memory.view(data, length)) ?? 0,
      },
    });
  }

  /**
   * The server's side of a connection.
   *
   * @internal
   * @throws {EngineError} if the certificates or the profile can't be used
   * @throws {UnusableAnchors} if clients are to be verified and nothing can vouch for them
   */
  static server(module: WebAssembly.Module, settings: ServerSettings): Engine {
    const engine = new Engine(module);
    engine.configureServer(settings);
    engine.startServer(settings);
    return engine;
  }

  /**
   * The same for many connections, configured once: each engine gets a copy of what configuration
   * has made of a memory that no peer ever talked to, and no key was in. What is left to each is
   * its own time and entropy.
   */
  static servers(module: WebAssembly.Module, settings: ServerConfiguration): ServerMaker {
    const template = new Engine(module);
    template.configureServer(settings);
    const image = new MemoryImage(template.memory, new Engine(module).memory);
    const { key, awaited } = template;
    template.wipe();
    const { clients } = settings;
    return ({ now, seed }) => {
      const engine = new Engine(module);
      image.writeInto(engine.memory);
      engine.key = key;
      engine.awaited = awaited;
      engine.startServer({ clients: clients && { ...clients, now }, seed });
      return engine;
    };
  }

  /**
   * The client's side of a connection.
   *
   * @internal
   * @throws {EngineError} if the certificates, the name or the profile can't be used
   * @throws {UnusableAnchors} if the server is to be verified and nothing can vouch for it
   */
  static client(module: WebAssembly.Module, settings: ClientSettings): Engine {
    const engine = new Engine(module);
    const { exports } = engine.sandbox;
    const { identity, server, serverName } = settings;
    check(exports.engine_client(PROFILES[settings.profile]));
    if (serverName !== null) engine.expectName(serverName);
    if (identity !== null) engine.identify(identity, engine.alloc(sizeOfChain(identity)));
    if (server === null) {
      check(exports.engine_trust_any_server());
    } else {
      engine.addAnchors(server.anchors);
      check(exports.engine_verify_server(...timeOf(server.now)));
    }
    engine.offer(settings.protocols);
    engine.start(settings.seed);
    return engine;
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
    if (this.awaited !== null && channel === "recvrec") this.chooseIdentity();
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
    if (code === 0 || this.refusal !== null) return this.refusal;
    return new EngineError(code, {
      alertSent: exports.engine_alert_sent(),
      notYetValid: exports.engine_peer_not_yet_valid() !== 0,
    });
  }

  /** Facts about the connection, once established. */
  session(): Session {
    return readSession(this.sandbox);
  }

  /** Overwrites everything that this connection knew. The engine is of no use afterwards. */
  wipe(): void {
    this.sandbox.memory.all().fill(0);
  }

  private get memory(): Memory {
    return this.sandbox.memory;
  }

  /** @param room as many bytes as the chain has */
  private identify({ chain, key }: Identity, room: Pointer): void {
    if (chain.length === 0) throw new EngineError(EMPTY_CHAIN);
    let at = room;
    for (const der of chain) {
      this.memory.view(at, der.length).set(der);
      check(this.sandbox.exports.engine_add_certificate(at, der.length));
      at = (at + der.length) as Pointer;
    }
    this.key = key;
  }

  private expectName(serverName: string): void {
    const { at, length } = this.place(serverName);
    check(this.sandbox.exports.engine_set_server_name(at, length));
  }

  private offer(protocols: readonly string[] = []): void {
    for (const protocol of protocols) {
      const { at, length } = this.place(protocol);
      check(this.sandbox.exports.engine_add_protocol(at, length));
    }
  }

  private place(text: string): { at: Pointer; length: number } {
    const bytes = new TextEncoder().encode(text);
    const at = this.alloc(bytes.length);
    this.memory.view(at, bytes.length).set(bytes);
    return { at, length: bytes.length };
  }

  private configureServer(configuration: ServerConfiguration): void {
    const { profile, identity, clients, protocols } = configuration;
    check(this.sandbox.exports.engine_server(PROFILES[profile]));
    if ("choose" in identity) {
      this.awaited = { choice: identity, room: this.alloc(identity.largestChain) };
    } else {
      this.identify(identity, this.alloc(sizeOfChain(identity)));
    }
    if (clients !== null) this.addAnchors(clients.anchors);
    this.offer(protocols);
  }

  private startServer({ clients, seed }: Pick<ServerSettings, "clients" | "seed">): void {
    if (clients !== null) this.verifyClients(clients);
    this.start(seed);
  }

  private verifyClients({ mandatory, now }: ClientVerification): void {
    const { exports } = this.sandbox;
    const code = exports.engine_request_certificate(mandatory ? 1 : 0, ...timeOf(now));
    if (code === TOO_MANY_NAMES) {
      throw new UnusableAnchors("their names are too many for a handshake message (65535 bytes)");
    }
    check(code);
  }

  private addAnchors(anchors: readonly Uint8Array[]): void {
    const { exports } = this.sandbox;
    const room = this.alloc(Math.max(...anchors.map((der) => der.length)));
    const usable = anchors.filter((der) => {
      this.memory.view(room, der.length).set(der);
      return exports.engine_add_trust_anchor(room, der.length) === 0;
    });
    if (usable.length === 0) throw new UnusableAnchors("none of the certificates can be used");
  }

  private start(fill: (room: Uint8Array) => void): void {
    const seed = this.alloc(SEED_LENGTH);
    fill(this.memory.view(seed, SEED_LENGTH));
    check(this.sandbox.exports.engine_start(seed));
  }

  /** Once the client has said which name it wants, it gets the chain for it, or an alert. */
  private chooseIdentity(): void {
    const { exports } = this.sandbox;
    if (this.awaited === null || (exports.engine_state() & AWAITS_CHAIN) === 0) return;
    const { choice, room } = this.awaited;
    this.awaited = null;
    const serverName = readServerName(this.sandbox);
    const identity = choice.choose(serverName);
    if (identity === null) {
      const alert = serverName === null ? HANDSHAKE_FAILURE : UNRECOGNIZED_NAME;
      this.refusal = EngineError.refusedName(serverName, alert);
      exports.engine_refuse(alert);
    } else {
      this.identify(identity, room);
      check(exports.engine_continue());
    }
  }

  /** @throws {EngineError} when the module's memory has reached its limit */
  private alloc(length: number): Pointer {
    const at = this.sandbox.exports.engine_alloc(length);
    if (at === 0) throw EngineError.outOfMemory();
    return at;
  }
}

/** The bytes of all its certificates together. */
export function sizeOfChain({ chain }: { readonly chain: readonly Uint8Array[] }): number {
  return chain.reduce((sum, der) => sum + der.length, 0);
}

/** As abi.h has it: days since the first of January of the year 0, and seconds of that day. */
function timeOf(milliseconds: number): [days: number, seconds: number] {
  const days = Math.floor(milliseconds / DAY);
  return [EPOCH_DAYS + days, Math.floor((milliseconds - days * DAY) / 1000)];
}

function check(code: number): void {
  if (code !== 0) throw new EngineError(code);
}

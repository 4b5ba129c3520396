import * as abi from "./abi.ts";
import { Bindings } from "./bindings.ts";
import { Configuration, requireZero } from "./configuration.ts";
import type { EngineExports } from "./engine-exports.ts";
import {
  type ClientConfiguration,
  type ClientSessions,
  type ClientSettings,
  type ClientStart,
  type Identity,
  type IdentityChoice,
  type LeftOut,
  newestAlone,
  type Profile,
  profileNumber,
  type ServerConfiguration,
  type ServerSettings,
  type ServerStart,
  ticketPeriod,
} from "./engine-settings.ts";
import { EngineError, ERR_NO_SIGNATURE, UnusableAnchors } from "./errors.ts";
import { type ExportRequest, exportKeys, keepExporter } from "./exporter.ts";
import { instantiate, type Memory, type Pointer, type Sandbox, SandboxTrap } from "./instance.ts";
import type { Role } from "./keeper.ts";
import { type KeyLog, keepSecrets, tellSecrets } from "./key-log.ts";
import { MemoryImage } from "./memory-image.ts";
import { own } from "./own.ts";
import { readServerName, readSession, type Session } from "./session.ts";

export type {
  ClientConfiguration,
  ClientSessions,
  ClientSettings,
  ClientStart,
  ClientVerification,
  Identity,
  IdentityChoice,
  LeftOut,
  Profile,
  SealedSession,
  ServerConfiguration,
  ServerSettings,
  ServerStart,
  TicketIssue,
  Verification,
  Version,
  VersionLimits,
} from "./engine-settings.ts";
export { LONGEST_TICKET, MOST_TICKETS, PROFILE_NAMES } from "./engine-settings.ts";
export type { Session } from "./session.ts";

const CHANNELS = {
  sendrec: abi.ENGINE_SENDREC,
  recvrec: abi.ENGINE_RECVREC,
  sendapp: abi.ENGINE_SENDAPP,
  recvapp: abi.ENGINE_RECVAPP,
} as const;

/** Certificates in a chain of ours. */
export const LONGEST_CHAIN = abi.ENGINE_CHAIN_MAX;

const HANDSHAKE_FAILURE = 40;
const UNRECOGNIZED_NAME = 112;

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

/** Makes the engine of one more connection. */
export type ServerMaker = (start: ServerStart) => Engine;
export type ClientMaker = (start: ClientStart) => Engine;

/** A chain that depends on the client, and where it goes. */
interface AwaitedChain {
  readonly choice: IdentityChoice;
  readonly room: Pointer;
}

/** The version on the wire. */
const TLS13 = 0x0304;

/** A signature, the tickets that are opened, and those or the sessions that are sealed, with room to spare. */
const MOST_REQUESTS = 16;

const NOTHING = new Uint8Array(0);

/** Of sessions: their keys live no longer than the process. */
const PERIOD = 0;

/** One TLS connection in a sandbox of its own. */
export class Engine {
  private readonly sandbox: Sandbox<EngineExports>;
  private readonly configuration: Configuration;
  private readonly bindings: Bindings;
  private awaited: AwaitedChain | null = null;
  /** What there is to say of them to a peer that has another. */
  private versions: string | undefined;
  private asked = false;
  private requests = 0;
  /** Application protocols (ALPN). */
  private offered: readonly string[] = [];
  /** Of a client that takes some. */
  private sessions: ClientSessions | null = null;
  /** What its sessions tell of the server; null: none has come yet. */
  private facts: Session | null = null;
  private refusal: EngineError | null = null;
  /** Where keying material is asked for; null: nothing was kept for that. */
  private exportRoom: Pointer | null = null;
  /** Where secrets are for a debugger, and what takes them; null: none are kept. */
  private secrets: { readonly room: Pointer; readonly tell: KeyLog } | null = null;
  /** A signature that came later than it was asked for. */
  private answer: Uint8Array | null = null;
  /** Why there is no signature, where one was to come later. */
  private lapse: unknown;
  private wiped = false;

  /**
   * Called when the engine can go on, though nothing came from either side: a key that answers later
   * has answered.
   *
   * @internal
   */
  resumed: () => void = () => {};

  /** The engine's only way out leads to one private key: that of its own chain. */
  private constructor(
    module: WebAssembly.Module,
    /** @internal */
    readonly role: Role,
    profile: Profile,
  ) {
    this.bindings = new Bindings(role, profile);
    this.sandbox = instantiate<EngineExports>(module, {
      keeper: {
        sign: (hash: number, value: Pointer, length: number, out: Pointer, max: number) =>
          this.bindings.sign(hash, this.memory.view(value, length), this.memory.view(out, max)),
        decrypt: (data: Pointer, length: number) =>
          this.bindings.decrypt(this.memory.view(data, length)),
      },
    });
    this.configuration = new Configuration(this.sandbox);
  }

  /**
   * The server's side of a connection.
   *
   * @internal
   * @throws {EngineError} if the certificates or the profile can't be used
   * @throws {UnusableAnchors} if clients are to be verified and nothing can vouch for them
   */
  static server(module: WebAssembly.Module, given: ServerSettings): Engine {
    const settings = own(given);
    const engine = new Engine(module, "server", settings.profile);
    engine.configureServer(settings);
    engine.startServer(settings);
    return engine;
  }

  /**
   * The same for many connections, configured once: each engine gets a copy of what configuration
   * has made of a memory that no peer ever talked to, and no key was in. What is left to each is
   * its own time and entropy.
   */
  static servers(module: WebAssembly.Module, given: ServerConfiguration): ServerMaker {
    const settings = own(given);
    const { clients, profile, tickets } = settings;
    const make = () => new Engine(module, "server", profile);
    const copy = Engine.copies(make, settings, (template) => template.configureServer(settings));
    return ({ now, seed }) => {
      const engine = copy();
      engine.startServer({ clients: clients && { ...clients, now }, tickets, now, seed });
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
  static client(module: WebAssembly.Module, given: ClientSettings): Engine {
    const settings = own(given);
    const engine = new Engine(module, "client", settings.profile);
    engine.configureClient(settings);
    engine.startClient(settings, { ...settings, now: settings.server?.now ?? 0 });
    return engine;
  }

  /** The same for many connections, configured once, as above. The name is each one's own. */
  static clients(module: WebAssembly.Module, given: ClientConfiguration): ClientMaker {
    const settings = own(given);
    const make = () => new Engine(module, "client", settings.profile);
    const copy = Engine.copies(make, settings, (template) => template.configureClient(settings));
    return (start) => {
      const engine = copy();
      engine.startClient(settings, start);
      return engine;
    };
  }

  /** Copies of what configuration makes of an instance to which no peer ever talks. */
  private static copies(
    make: () => Engine,
    { identity }: ServerConfiguration | ClientConfiguration,
    configure: (template: Engine) => void,
  ): () => Engine {
    const template = make();
    configure(template);
    const image = new MemoryImage(template.memory, make().memory);
    const { awaited, offered, exportRoom, secrets, versions } = template;
    template.wipe();
    return () => {
      const engine = make();
      image.writeInto(engine.memory);
      if (identity !== null && "key" in identity) engine.bindings.bind(identity.key);
      return Object.assign(engine, { awaited, offered, exportRoom, secrets, versions });
    };
  }

  /**
   * The certificates of CAs that would be left out.
   *
   * @internal
   */
  static leftOut(module: WebAssembly.Module, anchors: readonly Uint8Array[]): LeftOut[] {
    const left: LeftOut[] = [];
    const engine = new Engine(module, "client", "modern");
    try {
      engine.configuration.addAnchors({ anchors, leftOut: (one) => left.push(one) });
    } catch (error) {
      if (!(error instanceof UnusableAnchors)) throw error;
    } finally {
      engine.wipe();
    }
    return left;
  }

  /**
   * The bytes to take from a channel, or the room to fill in it; empty for none now. The view is
   * valid until the next call into the engine.
   */
  buffer(channel: Channel): Uint8Array {
    const { exports, memory } = this.sandbox;
    this.deliver();
    if (this.secrets !== null) tellSecrets(this.sandbox, this.secrets.room, this.secrets.tell);
    const at = exports.engine_buf(CHANNELS[channel]);
    return memory.view(at, exports.engine_buf_length());
  }

  /** So many bytes of the buffer were taken or filled: at least one. */
  ack(channel: Channel, count: number): void {
    this.sandbox.exports.engine_ack(CHANNELS[channel], count);
    const { bindings, awaited, sessions } = this;
    if (bindings.isBound || awaited !== null || sessions !== null) this.attend();
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
    return this.sandbox.exports.engine_version() >= TLS13;
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
    const code = exports.engine_last_error();
    if (code === 0 || this.refusal !== null) return this.refusal;
    return new EngineError(code, {
      alertSent: exports.engine_alert_sent(),
      notYetValid: exports.engine_peer_not_yet_valid() !== 0,
      ...(this.versions !== undefined && { versions: this.versions }),
      ...(code === ERR_NO_SIGNATURE && { cause: this.lapse }),
    });
  }

  /** Facts about the connection, once established. */
  session(): Session {
    const session = readSession(this.sandbox, this.offered);
    if (!session.resumed || this.sessions === null) return session;
    const { resume } = this.sessions;
    if (resume === null) throw new SandboxTrap("a session resumed that was not offered");
    return { ...session, peer: resume.peer };
  }

  /**
   * Keying material for another protocol (RFC 8446, 7.5; RFC 5705); null unless it was to be kept.
   *
   * @internal
   * @throws {EngineError} before the handshake is done
   */
  exportKeyingMaterial(request: ExportRequest): Uint8Array | null {
    return this.exportRoom === null ? null : exportKeys(this.sandbox, this.exportRoom, request);
  }

  /** Overwrites everything that this connection knew. Whatever is called afterwards throws. */
  wipe(): void {
    this.wiped = true;
    this.bindings.unbind();
    this.sandbox.wipe();
  }

  private get memory(): Memory {
    return this.sandbox.memory;
  }

  /** @param room as many bytes as the chain has */
  private identify({ chain, key }: Identity, room: Pointer): void {
    this.configuration.addChain(chain, room);
    this.bindings.bind(key);
  }

  private configureServer(settings: ServerConfiguration): void {
    const { profile, versions, identity, clients, protocols, groups, tickets } = settings;
    const { exports } = this.sandbox;
    this.configuration.offerVersions(exports.engine_server(profileNumber(profile)), versions);
    this.versions = newestAlone(profile, versions);
    if ("choose" in identity) {
      this.awaited = { choice: identity, room: this.configuration.alloc(identity.largestChain) };
    } else {
      this.identify(identity, this.configuration.alloc(sizeOfChain(identity)));
    }
    if (clients !== null) this.configuration.addAnchors(own(clients));
    this.configuration.offer(protocols);
    this.configuration.exchangeIn(groups);
    if (clients === null && tickets !== undefined) this.configuration.issueTickets(tickets);
    this.keep(settings);
    this.offered = protocols ?? [];
  }

  private keep({ keepsExporter, keyLog }: Pick<ClientSettings, "keepsExporter" | "keyLog">): void {
    if (keepsExporter) this.exportRoom = keepExporter(this.sandbox);
    if (keyLog) this.secrets = { room: keepSecrets(this.sandbox), tell: keyLog };
  }

  private startServer(
    settings: Pick<ServerSettings, "clients" | "tickets" | "now" | "seed" | "tune">,
  ): void {
    const { clients, tickets, now, seed, tune } = own(settings);
    if (clients !== null) this.configuration.verifyClients(clients);
    if (clients === null && tickets !== undefined && now !== undefined) {
      const { count, keys } = tickets;
      this.bindings.allowTickets({ count, period: ticketPeriod(now), keys });
      this.sandbox.exports.engine_set_clock(now);
    }
    tune?.(this.sandbox);
    this.configuration.start(seed);
  }

  private configureClient(settings: ClientConfiguration): void {
    const { profile, versions, identity, server, protocols, groups } = settings;
    const { exports } = this.sandbox;
    this.configuration.offerVersions(exports.engine_client(profileNumber(profile)), versions);
    this.versions = newestAlone(profile, versions);
    if (identity !== null) this.identify(identity, this.configuration.alloc(sizeOfChain(identity)));
    if (server !== null) this.configuration.addAnchors(own(server));
    this.configuration.offer(protocols);
    this.configuration.exchangeIn(groups);
    this.keep(settings);
    this.offered = protocols ?? [];
  }

  private startClient({ server }: Pick<ClientConfiguration, "server">, start: ClientStart): void {
    const { serverName, now, sessions = null, seed, tune } = own(start);
    const { configuration } = this;
    if (serverName !== null) configuration.expectName(serverName);
    if (server !== null) configuration.verifyServer(now);
    else requireZero(this.sandbox.exports.engine_trust_any_server());
    if (sessions !== null) this.resume(sessions);
    tune?.(this.sandbox);
    configuration.start(seed);
  }

  /** What the engine stands still for: only the host can give it. */
  private attend(): void {
    const { exports } = this.sandbox;
    let bits = exports.engine_state();
    if (this.awaited !== null && (bits & abi.ENGINE_AWAITS_CHAIN) !== 0) {
      this.chooseIdentity(this.awaited);
      bits = exports.engine_state();
    }
    while ((bits & abi.ENGINE_AWAITS_KEEPER) !== 0 && this.serve()) bits = exports.engine_state();
    if ((bits & (abi.ENGINE_ESTABLISHED | abi.ENGINE_CLOSED)) !== 0) this.bindings.unbind();
  }

  /**
   * Gets the engine what it asks for.
   *
   * @returns false if the answer comes later
   * @throws {SandboxTrap} for more requests than a handshake has
   */
  private serve(): boolean {
    const { exports, memory } = this.sandbox;
    const what = exports.engine_request();
    if (what === abi.ENGINE_REQUEST_ATTEST && this.asked) return false;
    if (++this.requests > MOST_REQUESTS) throw new SandboxTrap("more requests than there are");
    const data = memory
      .view(exports.engine_request_data(), exports.engine_request_length())
      .slice();
    switch (what) {
      case abi.ENGINE_REQUEST_ATTEST:
        return this.attest(data);
      case abi.ENGINE_REQUEST_SEAL:
        if (this.sessions === null) this.giveTicket(data);
        else this.keepSession(this.sessions, data);
        return true;
      case abi.ENGINE_REQUEST_OPEN:
        this.giveSecret(this.bindings.open(data));
        return true;
      default:
        this.give(NOTHING);
        return true;
    }
  }

  /** The signature that the engine asks for, now or later. It is asked for once. */
  private attest(transcript: Uint8Array): boolean {
    this.asked = true;
    const scheme = this.sandbox.exports.engine_request_scheme();
    const signature = this.bindings.attest({ scheme, transcript });
    if (!("then" in signature)) {
      this.give(signature);
      return true;
    }
    const later = (answer: Uint8Array) => {
      this.answer = answer;
      if (!this.wiped) this.resumed();
    };
    signature.then(later, (cause) => {
      this.lapse = cause;
      later(NOTHING);
    });
    return false;
  }

  /** @param state the session's key is in it */
  private giveTicket(state: Uint8Array): void {
    try {
      this.give(this.bindings.seal(state));
    } finally {
      state.fill(0);
    }
  }

  private keepSession({ keys, keep }: ClientSessions, state: Uint8Array): void {
    try {
      const sealed = keys.seal(PERIOD, state);
      this.facts ??= this.session();
      const { peer, resumed } = this.facts;
      if (sealed.length > 0) keep({ sealed, peer, resumed });
    } finally {
      state.fill(0);
      this.give(NOTHING);
    }
  }

  /** One that can't be opened is none. */
  private resume(sessions: ClientSessions): void {
    const { keys, resume } = sessions;
    const state = resume === null ? NOTHING : keys.open(PERIOD, resume.sealed);
    try {
      this.configuration.resume(state, resume?.age ?? 0);
      this.sessions = sessions;
    } finally {
      state.fill(0);
    }
  }

  private giveSecret(answer: Uint8Array): void {
    try {
      this.give(answer);
    } finally {
      answer.fill(0);
    }
  }

  /** An answer that came later reaches the engine when it is next looked at. */
  private deliver(): void {
    const { answer } = this;
    if (answer === null) return;
    this.answer = null;
    this.give(answer);
  }

  private give(answer: Uint8Array): void {
    const { exports, memory } = this.sandbox;
    const room = memory.view(exports.engine_request_data(), exports.engine_request_room());
    const fits = answer.length <= room.length;
    if (fits) room.set(answer);
    exports.engine_answer(fits ? answer.length : 0);
  }

  /** Once the client has said which name it wants, it gets the chain for it, or an alert. */
  private chooseIdentity({ choice, room }: AwaitedChain): void {
    const { exports } = this.sandbox;
    this.awaited = null;
    const serverName = readServerName(this.sandbox);
    const identity = choice.choose(serverName);
    if (identity === null) {
      const alert = serverName === null ? HANDSHAKE_FAILURE : UNRECOGNIZED_NAME;
      this.refusal = EngineError.refusedName(serverName, alert);
      exports.engine_refuse(alert);
    } else {
      this.identify(identity, room);
      requireZero(exports.engine_continue());
    }
  }
}

/** The bytes of all its certificates together. */
export function sizeOfChain({ chain }: { readonly chain: readonly Uint8Array[] }): number {
  return chain.reduce((sum, der) => sum + der.length, 0);
}

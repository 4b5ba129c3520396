import type { Engine, Session } from "../sandbox/engine.ts";
import { own } from "../sandbox/own.ts";
import type { Endpoint } from "../tunnel/endpoint.ts";
import { Tunnel } from "../tunnel/tunnel.ts";
import { Batches } from "./batches.ts";
import { kindOf } from "./failure-kind.ts";
import { StreamEndpoint, type StreamPair } from "./stream-endpoint.ts";
import { Telemetry } from "./telemetry.ts";
import { HandshakeTimeout, IdleTimeout } from "./time-outs.ts";
import { timerDelay } from "./timers.ts";

/** How long to wait for a peer to hang up, once we have nothing more for it: milliseconds. */
const LINGER = 2000;

/** What a command line says of all connections. */
interface ConnectionOptions {
  readonly closeNotify: boolean;
  readonly enforceCloseNotify: boolean;
  /** Milliseconds; 0 is for ever. */
  readonly handshakeTimeout: number;
  /** Milliseconds without a byte either way, after the handshake; 0 is for ever. */
  readonly idleTimeout?: number;
}

export interface ConnectionSettings extends ConnectionOptions {
  readonly engine: Engine;
  readonly network: Streams;
  /** The other side's name, for messages. */
  readonly peer: string;
  readonly halfClose?: boolean;
  /**
   * Where handshakes of several connections take turns: calls `step` once, later. Without it, each
   * moves as soon as something has arrived.
   */
  readonly turns?: { ask(step: () => void, hasBegun: boolean): void };
  /** The peer has something of ours to answer. Called once, at the most: a chance to get ready meanwhile. */
  readonly awaitsPeer?: () => void;
  /** There is no second handshake: the key has done its work, or never will. Called once. */
  readonly keyUsed: () => void;
  /** The handshake is done: gives the cleartext's side. */
  readonly established: (session: Session) => Streams | Attachable;
  /** Called once; the engine is wiped by then. null: it ended as it should. */
  readonly over: (failure: Error | null) => void;
}

/** These, of a server's settings: copies of all of them would take longer than the rest of a connection's start. */
export function connectionOptions(settings: ConnectionOptions): Required<ConnectionOptions> {
  const { closeNotify, enforceCloseNotify, handshakeTimeout, idleTimeout = 0 } = settings;
  return { closeNotify, enforceCloseNotify, handshakeTimeout, idleTimeout };
}

/** One side of a connection. */
export type Streams = Pick<StreamPair, "readable" | "writable">;

/** The cleartext's side, where it is not a pair of Node's streams. */
export interface Attachable {
  /** @param changed to be called whenever anything has changed */
  attach(changed: () => void): Endpoint;
  destroy(): void;
}

/** What there is to tell about a connection. */
export interface Facts {
  readonly peer: string;
  /** null: there was no handshake. */
  readonly session: Session | null;
  /** Bytes of application data, each way. */
  readonly count: { readonly toLocal: number; readonly toRemote: number };
  /** null: it ended as it should. */
  readonly failure: Error | null;
}

/** One TLS connection over Node's streams: a tunnel, and the clock that it doesn't have. */
export class Connection {
  private readonly tunnel: Tunnel;
  private readonly telemetry: Telemetry;
  private local: Streams | Attachable | null = null;
  private session: Session | null = null;
  private awaitsTurn = false;
  private hasWaited = false;
  private timer: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;

  private readonly settings: ConnectionSettings;

  constructor(given: ConnectionSettings) {
    const settings = own(given);
    this.settings = settings;
    const { closeNotify, enforceCloseNotify, engine, halfClose = false, network } = settings;
    this.tunnel = new Tunnel({
      ...{ engine, closeNotify, halfClose, enforceCloseNotify },
      remote: this.endpoint("the network", network),
      established: (session) => this.establish(session),
      lingering: () => this.after(LINGER, () => this.tunnel.over()),
      over: (failure) => this.finish(failure),
    });
    this.telemetry = new Telemetry(engine.role, this.tunnel.count);
    const { handshakeTimeout } = settings;
    if (handshakeTimeout > 0) this.after(handshakeTimeout, () => this.giveUp());
    // A client speaks first; where handshakes take turns, we are a server.
    if (settings.turns === undefined) process.nextTick(() => this.run());
  }

  /** What there is to tell about it, before or after its end. */
  facts(failure: Error | null): Facts {
    const { session, settings } = this;
    return { peer: settings.peer, session, count: this.tunnel.count, failure };
  }

  /** Ends the connection at once, on both sides. */
  abort(failure: Error): void {
    this.tunnel.abort(failure);
    const { local } = this;
    if (local === null) return;
    if ("attach" in local) {
      local.destroy();
    } else {
      local.readable.destroy();
      local.writable.destroy();
    }
  }

  private establish(session: Session): Endpoint {
    clearTimeout(this.timer);
    this.session = session;
    this.telemetry.established(session);
    this.settings.keyUsed();
    this.local = this.settings.established(session);
    const { idleTimeout = 0 } = this.settings;
    if (idleTimeout > 0) this.idle = setTimeout(() => this.abortIdle(), timerDelay(idleTimeout));
    const { local } = this;
    return "attach" in local ? local.attach(() => this.run()) : this.endpoint("prog", local);
  }

  private endpoint(name: StreamPair["name"], { readable, writable }: Streams): StreamEndpoint {
    return new StreamEndpoint({ name, readable, writable, batches, changed: () => this.run() });
  }

  private run(): void {
    const { turns } = this.settings;
    if (turns === undefined || this.session !== null) {
      this.move();
    } else if (!this.awaitsTurn) {
      this.awaitsTurn = true;
      turns.ask(() => this.takeTurn(), this.tunnel.hasAnswered);
    }
  }

  private takeTurn(): void {
    this.awaitsTurn = false;
    this.move();
  }

  private move(): void {
    this.tunnel.run();
    this.telemetry.moved();
    this.idle?.refresh();
    if (this.hasWaited || !this.tunnel.hasAnswered) return;
    this.hasWaited = true;
    if (this.session === null) this.settings.awaitsPeer?.();
  }

  private abortIdle(): void {
    const message = `idle for ${this.settings.idleTimeout} milliseconds`;
    this.abort(new IdleTimeout(message));
  }

  private giveUp(): void {
    const { engine, handshakeTimeout } = this.settings;
    this.abort(new HandshakeTimeout(handshakeTimeout, engine.awaitsHost));
  }

  private finish(failure: Error | null): void {
    clearTimeout(this.timer);
    clearTimeout(this.idle);
    this.idle = undefined;
    this.settings.network.readable.destroy();
    this.settings.network.writable.destroy();
    if (this.session === null) this.settings.keyUsed();
    this.telemetry.ended(this.session !== null, failure && kindOf(failure));
    this.settings.over(failure);
  }

  private after(milliseconds: number, action: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(action, timerDelay(milliseconds));
  }
}

const batches = new Batches();

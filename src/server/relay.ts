import type { Socket } from "node:net";
import { nameOf, type Target } from "../cli/addresses.ts";
import type { RelaySettings } from "../cli/bearhug-options.ts";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import type { Connection } from "../connection/connection.ts";
import { exchange } from "../connection/preface.ts";
import { StreamFailure } from "../connection/stream-failure.ts";
import { timerDelay } from "../connection/timers.ts";
import { type Reaching, reachFirst } from "../io/reach.ts";
import { PrefaceError } from "../starttls/preface.ts";
import { closed, opened } from "./connection-log.ts";
import type { Talk, Visit } from "./service.ts";
import { type Prefaces, prefacesOf } from "./starttls.ts";

/** What came of the clear text before TLS. */
interface Agreement {
  /** What is left of the time for it: milliseconds; 0 is for ever. */
  readonly handshakeTimeout: number;
  /** What the backend gets in place of TLS; null: TLS follows. */
  readonly instead: Uint8Array | null;
}

/** One for all: an error takes note of the stack, and each connection would pay for that. */
const OVER = new Error("the connection is over");

/** A client and an address: one of the two sides is TLS. */
export abstract class Relay implements Talk {
  protected connection: Connection | null = null;
  protected readonly abort = new AbortController();
  protected readonly prefaces: Prefaces | null;
  private keyIsUsed = false;
  private readonly startTime = performance.now();
  /** The socket to the address that we were given. */
  private socket: Socket | null = null;
  private isOver = false;
  private backendFailed = false;
  /** Bytes in clear that the backend got in place of TLS. */
  protected passedOn = 0;
  /** Whose TLS it is. */
  protected abstract readonly certified: "client" | "server";

  constructor(
    protected readonly visit: Visit,
    protected readonly settings: RelaySettings,
    private readonly addressesOf: Reaching["addressesOf"],
  ) {
    opened(visit.log, visit.client);
    this.prefaces = prefacesOf(settings);
    // Until the tunnel listens for errors, the socket has no other listener.
    visit.socket.on("error", () => {});
    // Once the subclass is whole.
    queueMicrotask(() => this.start().catch((error: Error) => this.over(error)));
  }

  protected abstract start(): Promise<void>;

  signal(): void {
    // There is no prog that it could be for.
  }

  end(reason: Error): void {
    this.abort.abort(reason);
    if (this.connection === null) this.over(reason);
    else this.connection.abort(reason);
  }

  protected async reach(): Promise<{ readonly socket: Socket; readonly place: Target }> {
    const { connect, connectTimeout } = this.settings;
    const { signal } = this.abort;
    const { addressesOf } = this;
    const effort = { patience: timerDelay(connectTimeout), signal, addressesOf };
    const { log, client } = this.visit;
    const isLast = (target: Target) => target === connect.at(-1);
    const reached = await reachFirst(connect, effort, (target, error) => {
      // The last one's failure is the connection's.
      if (isLast(target)) return;
      const text = `${client.number}: unable to connect to ${nameOf(target)}: ${reasonOf(error)}`;
      log.warn("backend", `${text}; trying the next`);
    }).catch((error: unknown) => {
      const all = connect.map(nameOf).join(", ");
      throw signal.aborted ? error : new SystemFailure(`unable to connect to ${all}`, error);
    });
    this.socket = reached.socket;
    if (this.isOver) reached.socket.destroy();
    return reached;
  }

  /**
   * What is said in clear to the TLS side, before TLS.
   */
  protected async agreeOnTls(socket: Socket): Promise<Agreement> {
    const { prefaces, settings } = this;
    const { handshakeTimeout: timeout } = settings;
    if (prefaces === null) return { handshakeTimeout: timeout, instead: null };
    const start = performance.now();
    const preface = prefaces[this.certified === "client" ? "server" : "client"]();
    const instead = await exchange(socket, preface, { timeout, signal: this.abort.signal });
    const rest = Math.max(1, timeout - (performance.now() - start));
    return { handshakeTimeout: timeout === 0 ? 0 : rest, instead };
  }

  /** There is no other handshake that the key could be for. */
  protected keyUsed(): void {
    if (this.keyIsUsed) return;
    this.keyIsUsed = true;
    this.visit.keyUsed();
  }

  protected get peer(): string {
    const { remoteAddress, remotePort } = this.visit.client;
    return `${remoteAddress}:${remotePort}`;
  }

  /** What --connect names is the backend, in either role. */
  private countFailure(failure: Error | null): void {
    const { certified, connection, visit } = this;
    const isServer = certified === "client";
    const backend = isServer ? "the backend" : "the network";
    const isBackends = failure instanceof StreamFailure && failure.peer === backend;
    if (isBackends || this.backendFailed) visit.meter.count("backend", "errors");
    const isPreface = failure instanceof PrefaceError && connection === null;
    if (isServer && isPreface) visit.meter.count("refused", "starttls");
  }

  /** Notes that it was the backend that failed, if it was. */
  protected async ofBackend<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.backendFailed = !this.abort.signal.aborted;
      throw error;
    }
  }

  protected over(failure: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.keyUsed();
    this.abort.abort(failure ?? OVER);
    this.socket?.destroy();
    this.visit.socket.destroy();
    this.countFailure(failure);
    const facts = this.connection?.facts(failure) ?? {
      ...{ peer: this.peer, session: null, failure },
      count: { toLocal: this.passedOn, toRemote: 0 },
    };
    const seconds = (performance.now() - this.startTime) / 1000;
    const { certified, visit } = this;
    closed(visit.log, { client: visit.client, facts, ending: null, seconds, certified });
    this.visit.over();
  }
}

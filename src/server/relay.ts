import type { Socket } from "node:net";
import { nameOf, type Target } from "../cli/addresses.ts";
import type { RelaySettings } from "../cli/bearhug-options.ts";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import { Connection } from "../connection/connection.ts";
import { LaterEndpoint } from "../connection/later-endpoint.ts";
import { exchange } from "../connection/preface.ts";
import { StreamFailure } from "../connection/stream-failure.ts";
import { requireAdmission } from "../credentials/admission.ts";
import { reachFirst } from "../io/reach.ts";
import type { Session } from "../sandbox/engine.ts";
import { PrefaceError } from "../starttls/preface.ts";
import { closed, opened } from "./events.ts";
import { proxyHeader } from "./send-proxy.ts";
import type { Talk, Visit } from "./service.ts";
import { type Prefaces, prefacesOf } from "./starttls.ts";

/** A client and an address: one of the two sides is TLS. */
abstract class Relay implements Talk {
  protected connection: Connection | null = null;
  protected readonly abort = new AbortController();
  protected readonly prefaces: Prefaces | null;
  private keyIsUsed = false;
  private readonly startTime = performance.now();
  /** The socket to the address that we were given. */
  private socket: Socket | null = null;
  private isOver = false;
  private backendFailed = false;
  /** Whose TLS it is. */
  protected abstract readonly certified: "client" | "server";

  constructor(
    protected readonly visit: Visit,
    protected readonly settings: RelaySettings,
  ) {
    opened(visit.log, visit.client);
    this.prefaces = prefacesOf(settings.starttls);
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
    const options = { patience: connectTimeout, signal };
    const { log, client } = this.visit;
    const isLast = (target: Target) => target === connect.at(-1);
    const reached = await reachFirst(connect, options, (target, error) => {
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
   *
   * @returns (the promise) what is left of the time for the handshake: milliseconds; 0 is for ever
   */
  protected async agreeOnTls(socket: Socket): Promise<number> {
    const { prefaces, settings } = this;
    const { handshakeTimeout: timeout } = settings;
    if (prefaces === null) return timeout;
    const start = performance.now();
    const preface = prefaces[this.certified === "client" ? "server" : "client"]();
    await exchange(socket, preface, { timeout, signal: this.abort.signal });
    const rest = Math.max(1, timeout - (performance.now() - start));
    return timeout === 0 ? 0 : rest;
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
    this.abort.abort(failure ?? new Error("the connection is over"));
    this.socket?.destroy();
    this.visit.socket.destroy();
    this.countFailure(failure);
    const facts = this.connection?.facts(failure) ?? {
      ...{ peer: this.peer, session: null, failure },
      count: { toLocal: 0, toRemote: 0 },
    };
    const seconds = (performance.now() - this.startTime) / 1000;
    const { certified, visit } = this;
    closed(visit.log, { client: visit.client, facts, ending: null, seconds, certified });
    this.visit.over();
  }
}

/** TLS in, plain out. The backend is called once the handshake is done. */
export class Inbound extends Relay {
  protected override readonly certified = "client";

  protected override async start(): Promise<void> {
    const { visit, settings } = this;
    const { socket } = visit;
    const handshakeTimeout = await this.agreeOnTls(socket);
    if (this.abort.signal.aborted) return;
    const engine = visit.makeEngine();
    this.connection = new Connection({
      ...settings,
      handshakeTimeout,
      halfClose: true,
      engine,
      network: { readable: socket, writable: socket },
      peer: this.peer,
      turns: visit.turns,
      keyUsed: () => this.keyUsed(),
      established: (session) => {
        requireAdmission(session.peer, settings.admitted);
        return {
          attach: (changed) => this.attach(changed, session),
          destroy: () => this.abort.abort(new Error("the connection is over")),
        };
      },
      over: (failure) => this.over(failure),
    });
    // It was paused behind a PROXY header, or a preface.
    socket.resume();
  }

  private attach(changed: () => void, session: Session): LaterEndpoint {
    const endpoint = new LaterEndpoint("the backend", changed);
    this.callBackend(session).then(
      ({ socket }) => endpoint.use(socket),
      (error: Error) => this.connection?.abort(error),
    );
    return endpoint;
  }

  private async callBackend(session: Session): ReturnType<Relay["reach"]> {
    const { connectTimeout, sendProxy } = this.settings;
    const reached = await this.ofBackend(this.reach());
    if (sendProxy !== null) {
      const { client, header } = this.visit;
      reached.socket.write(proxyHeader(sendProxy, { client, header, session }));
    }
    const preface = this.prefaces?.backend?.();
    if (preface !== undefined) {
      const { signal } = this.abort;
      const { socket } = reached;
      await this.ofBackend(exchange(socket, preface, { timeout: connectTimeout, signal }));
    }
    return reached;
  }
}

/** Plain in, TLS out. Nothing of the client is read before the server is verified. */
export class Outbound extends Relay {
  protected override readonly certified = "server";

  protected override async start(): Promise<void> {
    const { visit, settings } = this;
    const { socket, place } = await this.ofBackend(this.reach());
    const handshakeTimeout = await this.ofBackend(this.agreeOnTls(socket));
    if (this.abort.signal.aborted) return;
    const host = "host" in place ? place.host : undefined;
    const engine = visit.makeEngine(settings.serverName ?? host);
    this.connection = new Connection({
      ...settings,
      handshakeTimeout,
      halfClose: true,
      engine,
      network: { readable: socket, writable: socket },
      peer: nameOf(place),
      keyUsed: () => this.keyUsed(),
      established: ({ peer }) => {
        requireAdmission(peer, settings.admitted);
        return {
          attach: (changed) => {
            const endpoint = new LaterEndpoint("the client", changed);
            setImmediate(() => this.begin(endpoint));
            return endpoint;
          },
          destroy: () => visit.socket.destroy(),
        };
      },
      over: (failure) => this.over(failure),
    });
    // It was paused behind a preface.
    socket.resume();
  }

  private begin(endpoint: LaterEndpoint): void {
    const greeting = this.prefaces?.greeting;
    if (greeting !== undefined) this.visit.socket.write(greeting, "latin1");
    endpoint.use(this.visit.socket);
  }
}

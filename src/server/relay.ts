import type { Socket } from "node:net";
import { nameOf, type Target } from "../cli/addresses.ts";
import type { RelaySettings } from "../cli/bearhug-options.ts";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import { Connection } from "../connection/connection.ts";
import { LaterEndpoint } from "../connection/later-endpoint.ts";
import { requireAdmission } from "../credentials/admission.ts";
import { reachFirst } from "../io/reach.ts";
import type { Session } from "../sandbox/engine.ts";
import type { PeerFacts } from "../sandbox/peer.ts";
import { closed, opened } from "./events.ts";
import { proxyHeader } from "./send-proxy.ts";
import type { Talk, Visit } from "./service.ts";

/** A client and an address: one of the two sides is TLS. */
abstract class Relay implements Talk {
  protected connection: Connection | null = null;
  protected readonly abort = new AbortController();
  private readonly startTime = performance.now();
  /** The socket to the address that we were given. */
  private socket: Socket | null = null;
  private isOver = false;
  /** Whose TLS it is. */
  protected abstract readonly certified: "client" | "server";

  constructor(
    protected readonly visit: Visit,
    protected readonly settings: RelaySettings,
  ) {
    opened(visit.log, visit.client);
  }

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

  protected get peer(): string {
    const { remoteAddress, remotePort } = this.visit.client;
    return `${remoteAddress}:${remotePort}`;
  }

  protected over(failure: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.abort.abort(failure ?? new Error("the connection is over"));
    this.socket?.destroy();
    this.visit.socket.destroy();
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

  constructor(visit: Visit, settings: RelaySettings) {
    super(visit, settings);
    const { socket } = visit;
    const engine = visit.makeEngine();
    this.connection = new Connection({
      ...settings,
      halfClose: true,
      engine,
      network: { readable: socket, writable: socket },
      peer: this.peer,
      turns: visit.turns,
      keyUsed: visit.keyUsed,
      established: (session) => ({
        attach: (changed) => this.attach(changed, session),
        destroy: () => this.abort.abort(new Error("the connection is over")),
      }),
      over: (failure) => this.over(failure),
    });
    // It was paused behind a PROXY header.
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

  /** A client that may not come in costs the backend nothing. */
  private async callBackend(session: Session): ReturnType<Relay["reach"]> {
    const { admitted, sendProxy } = this.settings;
    requireAdmission(session.peer, admitted);
    const reached = await this.reach();
    if (sendProxy !== null) {
      const { client, header } = this.visit;
      reached.socket.write(proxyHeader(sendProxy, { client, header, session }));
    }
    return reached;
  }
}

/** Plain in, TLS out. Nothing of the client is read before the server is verified. */
export class Outbound extends Relay {
  protected override readonly certified = "server";
  private keyIsUsed = false;

  constructor(visit: Visit, settings: RelaySettings) {
    super(visit, settings);
    // Until the tunnel listens for errors, the socket has no other listener.
    visit.socket.on("error", () => {});
    this.start().catch((error: Error) => this.over(error));
  }

  private async start(): Promise<void> {
    const { visit, settings } = this;
    const { socket, place } = await this.reach();
    if (this.abort.signal.aborted) return;
    const host = "host" in place ? place.host : undefined;
    const engine = visit.makeEngine(settings.serverName ?? host);
    this.connection = new Connection({
      ...settings,
      halfClose: true,
      engine,
      network: { readable: socket, writable: socket },
      peer: nameOf(place),
      keyUsed: () => this.keyUsed(),
      established: ({ peer }) => ({
        attach: (changed) => {
          const endpoint = new LaterEndpoint("the client", changed);
          setImmediate(() => this.begin(endpoint, peer));
          return endpoint;
        },
        destroy: () => visit.socket.destroy(),
      }),
      over: (failure) => this.over(failure),
    });
  }

  private begin(endpoint: LaterEndpoint, peer: PeerFacts | null): void {
    try {
      requireAdmission(peer, this.settings.admitted);
      endpoint.use(this.visit.socket);
    } catch (error) {
      this.connection?.abort(error as Error);
    }
  }

  protected override over(failure: Error | null): void {
    this.keyUsed();
    super.over(failure);
  }

  private keyUsed(): void {
    if (this.keyIsUsed) return;
    this.keyIsUsed = true;
    this.visit.keyUsed();
  }
}

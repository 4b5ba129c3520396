import { isIP, type Socket } from "node:net";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { endsOf, type TcpEnds } from "../connection/tcp-variables.ts";
import { isWithin } from "../proxy-protocol/networks.ts";
import type { Access } from "./access.ts";
import { NOTHING_TOLD } from "./access-answer.ts";
import { Backlog } from "./backlog.ts";
import { Census } from "./census.ts";
import type { Room } from "./descriptors.ts";
import type { Log } from "./log.ts";
import type { ClientFacts, ToWorker } from "./messages.ts";
import { originOf } from "./origin.ts";
import type { Pool } from "./pool.ts";
import type { Spawners } from "./spawners.ts";
import type { Tally } from "./tally.ts";

export interface AcceptanceSettings {
  readonly server: SuperServerSettings;
  readonly room: Room;
  readonly log: Log;
  readonly tally: Tally;
  /** What every client goes through before a worker has it; null: nothing. */
  readonly access: Access | null;
  readonly pool: Pool;
  /** null: workers start progs. */
  readonly spawners: Spawners | null;
  /** The last connection has ended. */
  readonly emptied: () => void;
}

/** What becomes of each connection that is accepted: a worker gets it, it waits, or it is hung up on. */
export class Acceptance {
  private readonly census: Census;
  private readonly clients = new Map<number, ClientFacts>();
  private readonly backlog: Backlog;
  private count = 0;
  /** All that comes is from a UNIX socket. */
  private isLocal = false;
  private maxPerAddress = 1;

  constructor(private readonly settings: AcceptanceSettings) {
    const { server, room, log, tally } = settings;
    const origin = (address: string) => originOf(address, server.ipv6Prefix);
    this.census = new Census(origin);
    this.backlog = new Backlog({ server, room, log, tally, originOf: origin });
  }

  /** What is known once it is known where we listen. */
  begin(limits: { readonly isLocal: boolean; readonly maxPerAddress: number }): void {
    this.isLocal = limits.isLocal;
    this.maxPerAddress = limits.maxPerAddress;
  }

  /** Connections. */
  get open(): number {
    return this.census.open;
  }

  get waiting(): number {
    return this.backlog.length;
  }

  /** What is over the limit of all waits. */
  accept(socket: Socket): void {
    const { shortage } = this;
    this.settings.tally.accepted++;
    if (shortage === null) this.admit(socket);
    else this.keepWaiting(socket, shortage);
  }

  /** There may be room for more. */
  admitWaiting(): void {
    while (this.shortage === null) {
      const socket = this.backlog.take();
      if (socket === undefined) return;
      this.admit(socket);
    }
  }

  /** What waits is hung up on. */
  dropWaiting(): void {
    this.backlog.drop();
  }

  /** A connection has ended. */
  over(number: number): void {
    const client = this.clients.get(number);
    if (client === undefined) return;
    this.clients.delete(number);
    this.settings.tally.ended++;
    this.census.leave(client.remoteAddress);
    this.admitWaiting();
    if (this.census.open === 0) this.settings.emptied();
  }

  /**
   * The client behind a proxy takes the place that the proxy's connection has had so far.
   *
   * @param ends what the PROXY header tells
   */
  async admitProxied(
    number: number,
    ends: TcpEnds,
    answer: (order: ToWorker) => void,
  ): Promise<void> {
    const proxy = this.clients.get(number);
    const refuse = () => answer({ order: "refuse", number });
    // A worker's word is not taken for an address.
    if (proxy === undefined || isIP(ends.remoteAddress) === 0 || isIP(ends.localAddress) === 0) {
      refuse();
      return;
    }
    this.census.leave(proxy.remoteAddress);
    const isWelcome = this.isWelcome(ends.remoteAddress);
    const client = this.enter(ends, number);
    const { access, log, pool, tally } = this.settings;
    if (!isWelcome) {
      refuse();
    } else if (access === null) {
      answer({ order: "proceed", client });
    } else {
      const told = await access.judge(client);
      if (told === null) {
        tally.refuse("access");
        refuse();
      } else if (pool.prepare(told.environment) === null) {
        answer({ order: "proceed", client: { ...client, told } });
      } else {
        // The worker that has its socket is not the one that will have read them.
        log.warn("rule's credentials", `${number} is refused: its rule's files are being read`);
        tally.refuse("access");
        refuse();
      }
    }
  }

  /** Why one more connection can't be served now; null if it can. */
  private get shortage(): string | null {
    const { pool, server, spawners } = this.settings;
    if (spawners?.areReady === false) return "there is no spawner at the moment";
    if (this.census.open < server.maxConnections) return pool.shortage;
    return `${server.maxConnections} connections are open`;
  }

  private keepWaiting(socket: Socket, shortage: string): void {
    const address = this.endsOf(socket)?.remoteAddress;
    if (address === undefined) socket.destroy();
    else this.backlog.keep({ socket, address }, this.maxPerAddress, shortage);
  }

  /** null: it is not open any more. */
  private endsOf(socket: Socket): TcpEnds | null {
    return this.isLocal ? LOCAL_ENDS : endsOf(socket);
  }

  private admit(socket: Socket): void {
    const { log, server, tally } = this.settings;
    const ends = this.endsOf(socket);
    if (ends === null) {
      socket.destroy();
    } else if (server.proxies.length === 0) {
      if (this.isWelcome(ends.remoteAddress)) this.bringIn(this.enter(ends), socket);
      else socket.destroy();
    } else if (isWithin(server.proxies, ends.remoteAddress)) {
      // The client's address is not known before the worker has read the PROXY header.
      this.handOver(this.enter(ends), socket);
    } else {
      log.warn("no proxy", `${ends.remoteAddress} is none of --proxy-from; it is hung up on`);
      tally.refuse("no-proxy");
      socket.destroy();
    }
  }

  /** Has that address a slot left? */
  private isWelcome(address: string): boolean {
    const { maxPerAddress } = this;
    const { log, tally } = this.settings;
    if (this.census.countOf(address) < maxPerAddress) return true;
    log.warn("too many from one address", `${address} has ${maxPerAddress} connections already`);
    tally.refuse("address-limit");
    return false;
  }

  private enter(ends: TcpEnds, number = ++this.count): ClientFacts {
    const openFromAddress = this.census.enter(ends.remoteAddress);
    const client = { ...ends, number, openFromAddress, told: NOTHING_TOLD };
    this.clients.set(number, client);
    return client;
  }

  /** Through access control, if there is any, to a worker. */
  private bringIn(client: ClientFacts, socket: Socket): void {
    const { access, tally } = this.settings;
    if (access === null) {
      this.handOver(client, socket);
      return;
    }
    // Nothing reads from it yet, so that the banner's write is the one thing that can fail.
    socket.on("error", () => socket.destroy());
    void access.admit(client, socket).then((told) => {
      if (told !== null && !socket.destroyed) {
        this.handOver({ ...client, told }, socket);
        return;
      }
      tally.refuse("access");
      socket.destroy();
      this.over(client.number);
    });
  }

  private handOver(client: ClientFacts, socket: Socket): void {
    const prepared = this.settings.pool.prepare(client.told.environment);
    if (prepared === null) this.give(client, socket);
    else void prepared.then(() => this.give(client, socket));
  }

  private give(client: ClientFacts, socket: Socket): void {
    const { log, pool, tally } = this.settings;
    if (socket.destroyed) {
      this.over(client.number);
      return;
    }
    if (pool.serve(client, socket)) return;
    log.warn("no worker", "there is no worker at the moment");
    tally.refuse("no-worker");
    socket.destroy();
    this.over(client.number);
  }
}

/** Of a client of a UNIX socket there is nothing to know. */
const LOCAL_ENDS: TcpEnds = {
  ...{ remoteAddress: "unix", remotePort: 0 },
  ...{ localAddress: "unix", localPort: 0 },
};

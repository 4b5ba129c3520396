import { type AddressInfo, createServer, isIP, type Server, type Socket } from "node:net";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { ExitCode } from "../connection/exit-codes.ts";
import { endsOf, type TcpEnds } from "../connection/tcp-variables.ts";
import { timerDelay } from "../connection/timers.ts";
import { confiner } from "../program/confinement.ts";
import { isWithin } from "../proxy-protocol/networks.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import type { Kept } from "../setup/read-into.ts";
import type { Access } from "./access.ts";
import type { Address } from "./address.ts";
import { Census } from "./census.ts";
import { certificateVariables } from "./certificate-ends.ts";
import type { Room } from "./descriptors.ts";
import { FileChanges } from "./file-changes.ts";
import { dropsRights, usersOf } from "./ids.ts";
import { keepFiles } from "./kept-files.ts";
import type { Log } from "./log.ts";
import type { ClientFacts, ToWorker } from "./messages.ts";
import { originOf } from "./origin.ts";
import { permissionOptions } from "./permissions.ts";
import { Pool } from "./pool.ts";
import { announce } from "./readiness.ts";
import { Reloads } from "./reloads.ts";
import { SpawnerLink } from "./spawner-link.ts";
import { Status } from "./status.ts";
import { Systemd } from "./systemd.ts";
import { Tally } from "./tally.ts";
import { NOTHING_TOLD } from "./told.ts";

export interface PrimarySettings {
  readonly server: SuperServerSettings;
  readonly address: Address | { readonly path: string };
  /** A UNIX socket will do, too. */
  readonly takesLocal?: boolean;
  /** Connections have progs. */
  readonly startsProgs: boolean;
  /** What every client goes through before a worker has it; null: nothing. */
  readonly access: Access | null;
  /** A descriptor that is listening already; null: there is none. */
  readonly listenFd: number | null;
  readonly workers: number;
  /**
   * How many connections one address may have, once it is known where we listen.
   *
   * @throws if that is no place to listen on
   */
  readonly maxPerAddress: (listening: AddressInfo | string) => number;
  readonly room: Room;
  readonly log: Log;
}

/**
 * The process that listens, counts, and keeps the workers. No byte of any connection passes here,
 * and no key is ever read.
 */
export class Primary {
  private readonly census: Census;
  private readonly clients = new Map<number, ClientFacts>();
  private readonly queue: { readonly socket: Socket; readonly address: string }[] = [];
  /** From where those come that wait. */
  private readonly waiting: Census;
  private readonly spawner: SpawnerLink | null;
  private readonly pool: Pool;
  private readonly server: Server;
  /** All that comes is from a UNIX socket. */
  private isLocal = false;
  private maxPerAddress = 1;
  private readonly tally = new Tally(certificateVariables(process.env));
  private readonly status: Status | null;
  private count = 0;
  private draining = false;
  private readonly systemd: Systemd;
  private readonly reloads: Reloads;
  private kept: Kept = new Map();
  /** null: files are not looked at. */
  private changes: FileChanges | null = null;

  constructor(private readonly settings: PrimarySettings) {
    const { workers, log, room, server } = settings;
    const origin = (address: string) => originOf(address, server.ipv6Prefix);
    this.census = new Census(origin);
    this.waiting = new Census(origin);
    const users = usersOf(server, process.env);
    const prog = settings.startsProgs ? users.prog : null;
    this.spawner =
      prog &&
      new SpawnerLink({
        log,
        ended: (number, ending) => this.pool.tellOf(number, { order: "ended", number, ending }),
        failed: (number, error) => this.pool.tellOf(number, { order: "failed", number, error }),
        flooded: (worker) => this.pool.dismiss(worker, "connects to the spawner without need"),
        renewed: () => this.pool.showDoors(),
        ready: () => this.admitWaiting(),
      });
    this.pool = new Pool({
      ...{ size: workers, perWorker: room.perWorker, grace: server.grace, log },
      dropsRights: dropsRights(users.worker),
      spawner: this.spawner,
      reports: {
        over: (number) => this.over(number),
        told: (report) =>
          report.report === "counts"
            ? this.tally.meters.add(report.counts)
            : this.tally.expire(report.ends),
        proxied: (number, ends, answer) => void this.admitProxied(number, ends, answer),
      },
      ready: () => this.admitWaiting(),
    });
    this.status =
      server.status &&
      new Status({
        address: server.status,
        isReady: () => !this.draining && this.pool.serving > 0,
        metrics: () =>
          this.tally.metrics({
            ...{ open: this.census.open, waiting: this.queue.length },
            ...{ workers: this.pool.serving, replaced: this.pool.replaced },
            dropped: log.lostLines,
          }),
      });
    this.systemd = new Systemd(process.env, log);
    this.reloads = new Reloads({
      reload: () => {
        for (const path of this.kept.keys()) {
          log.caution(`${path} was read when the server started, and can't be read again`);
        }
        return this.pool.reload();
      },
      done: (outcome) => this.tally.reloads[outcome]++,
      ...{ log, systemd: this.systemd },
    });
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    this.server.on("connection", (socket) => this.accept(socket));
  }

  /** @throws {SystemFailure} (the promise) if a worker can't start, or the address can't be listened on */
  async start(): Promise<void> {
    const { server } = this.settings;
    if (this.spawner !== null) this.tellConfinement();
    const environment = new TlsEnvironment(process.env);
    this.kept = await keepFiles(environment.files);
    // Before workers read the files: what changes meanwhile is a change.
    if (server.reloadInterval > 0) this.changes = changesOf(environment, this.kept);
    await this.spawner?.start();
    await Promise.all([this.pool.start(this.kept), this.settings.access?.start()]);
    if (server.check) {
      this.exit();
      return;
    }
    await this.listen();
    await this.status?.listen();
    const { place } = this;
    this.isLocal = typeof place === "string";
    this.maxPerAddress = this.settings.maxPerAddress(place);
    this.watchSignals();
    const port = typeof place === "string" ? null : place.port;
    announce(server, port);
    this.systemd.ready(`listening on ${this.where(port)}`);
  }

  private tellConfinement(): void {
    const privileges =
      confiner() === null ? "without no_new_privs: no setpriv sets it" : "with no_new_privs";
    const files = permissionOptions([]) === null ? "without" : "under";
    const text = `workers run ${privileges}, and ${files} Node's permission model`;
    this.settings.log.info(text, { event: "confinement" });
  }

  /** @throws {SystemFailure} if the socket that we inherited is of a kind that we don't take */
  private get place(): AddressInfo | string {
    const { listenFd, takesLocal = false } = this.settings;
    let address: ReturnType<Server["address"]>;
    try {
      address = this.server.address();
    } catch (error) {
      throw new SystemFailure("unable to tell the port", error);
    }
    // Of a UNIX socket that it inherited, Node has no address.
    if (takesLocal) return address ?? "";
    if (address !== null && typeof address === "object") return address;
    throw new SystemFailure(
      `unable to listen on descriptor ${listenFd}`,
      new Error("no TCP socket"),
    );
  }

  /** @param port the one that the system chose; null: the one that was asked for */
  private where(port: number | null): string {
    const { address, listenFd } = this.settings;
    if (listenFd !== null) return `descriptor ${listenFd}`;
    return "path" in address ? address.path : `${address.host} port ${port ?? address.port}`;
  }

  private listen(): Promise<void> {
    const { address, listenFd, server } = this.settings;
    const where = this.where(null);
    return new Promise((resolve, reject) => {
      this.server.once("error", (error) => {
        reject(new SystemFailure(`unable to listen on ${where}`, error));
      });
      const target = listenFd === null ? address : { fd: listenFd };
      this.server.listen({ ...target, backlog: server.backlog }, () => {
        this.server.removeAllListeners("error");
        this.server.on("error", (error) => this.warnOf(error));
        resolve();
      });
    });
  }

  /** Running out of descriptors is no reason to stop listening. */
  private warnOf(error: Error): void {
    this.settings.log.warn("unable to accept", `unable to accept: ${reasonOf(error)}`);
  }

  /** Why one more connection can't be served now; null if it can. */
  private get shortage(): string | null {
    const { maxConnections } = this.settings.server;
    if (this.spawner?.isReady === false) return "there is no spawner at the moment";
    if (this.census.open < maxConnections) return this.pool.shortage;
    return `${maxConnections} connections are open`;
  }

  /** What is over the limit of all waits, as it would in the system's backlog. */
  private accept(socket: Socket): void {
    const { shortage } = this;
    this.tally.accepted++;
    if (shortage === null) this.admit(socket);
    else this.keepWaiting(socket, shortage);
  }

  /** One address gets the same share of the places to wait as of the slots. */
  private keepWaiting(socket: Socket, shortage: string): void {
    const { log, server, room } = this.settings;
    const places = Math.min(server.backlog, room.waiting);
    const share = Math.ceil((places * this.maxPerAddress) / server.maxConnections);
    const address = this.endsOf(socket)?.remoteAddress;
    if (address === undefined) {
      socket.destroy();
    } else if (this.queue.length >= places) {
      log.warn("backlog is full", `${this.queue.length} connections wait already; one is dropped`);
      this.tally.refuse("backlog-full");
      socket.destroy();
    } else if (this.waiting.countOf(address) >= share) {
      log.warn("too many from one address", `${address} has ${share} that wait already`);
      this.tally.refuse("address-limit");
      socket.destroy();
    } else {
      log.warn("all slots are taken", `${shortage}; one waits`);
      this.waiting.enter(address);
      this.queue.push({ socket, address });
    }
  }

  /** null: it is not open any more. */
  private endsOf(socket: Socket): TcpEnds | null {
    return this.isLocal ? LOCAL_ENDS : endsOf(socket);
  }

  private admit(socket: Socket): void {
    const { server } = this.settings;
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
      const { log } = this.settings;
      log.warn("no proxy", `${ends.remoteAddress} is none of --proxy-from; it is hung up on`);
      this.tally.refuse("no-proxy");
      socket.destroy();
    }
  }

  /** Has that address a slot left? */
  private isWelcome(address: string): boolean {
    const { maxPerAddress } = this;
    const { log } = this.settings;
    if (this.census.countOf(address) < maxPerAddress) return true;
    log.warn("too many from one address", `${address} has ${maxPerAddress} connections already`);
    this.tally.refuse("address-limit");
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
    const { access } = this.settings;
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
      this.tally.refuse("access");
      socket.destroy();
      this.over(client.number);
    });
  }

  private handOver(client: ClientFacts, socket: Socket): void {
    const prepared = this.pool.prepare(client.told.environment);
    if (prepared === null) this.give(client, socket);
    else void prepared.then(() => this.give(client, socket));
  }

  private give(client: ClientFacts, socket: Socket): void {
    if (socket.destroyed) {
      this.over(client.number);
      return;
    }
    if (this.pool.serve(client, socket)) return;
    this.settings.log.warn("no worker", "there is no worker at the moment");
    this.tally.refuse("no-worker");
    socket.destroy();
    this.over(client.number);
  }

  /** The client behind a proxy takes the place that the proxy's connection has had so far. */
  private async admitProxied(
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
    const { access } = this.settings;
    if (!isWelcome) {
      refuse();
    } else if (access === null) {
      answer({ order: "proceed", client });
    } else {
      const told = await access.judge(client);
      if (told === null) {
        this.tally.refuse("access");
        refuse();
      } else if (this.pool.prepare(told.environment) === null) {
        answer({ order: "proceed", client: { ...client, told } });
      } else {
        // The worker that has its socket is not the one that will have read them.
        const { log } = this.settings;
        log.warn("rule's credentials", `${number} is refused: its rule's files are being read`);
        this.tally.refuse("access");
        refuse();
      }
    }
  }

  private admitWaiting(): void {
    while (this.shortage === null) {
      const next = this.queue.shift();
      if (next === undefined) return;
      this.waiting.leave(next.address);
      this.admit(next.socket);
    }
  }

  private over(number: number): void {
    const client = this.clients.get(number);
    if (client === undefined) return;
    this.clients.delete(number);
    this.tally.ended++;
    this.census.leave(client.remoteAddress);
    this.admitWaiting();
    if (this.draining && this.census.open === 0) this.exit();
  }

  private watchSignals(): void {
    process.on("SIGTERM", () => this.terminate());
    process.on("SIGINT", () => this.terminate());
    process.on("SIGHUP", () => this.signalPrograms());
    process.on("SIGQUIT", () => {
      this.signalPrograms();
      this.terminate();
    });
    process.on("SIGABRT", () => this.exit());
    process.on("SIGUSR2", () => this.reloads.ask());
    this.watchFiles();
  }

  private watchFiles(): void {
    const { changes } = this;
    if (changes === null) return;
    const look = () => {
      if (!this.draining && changes.since()) this.reloads.ask();
    };
    setInterval(look, timerDelay(1000 * this.settings.server.reloadInterval));
  }

  private signalPrograms(): void {
    this.pool.broadcast({ order: "signal", signals: ["SIGTERM", "SIGCONT"] });
  }

  /** The first time, what is open may end by itself; the second time, it is ended. */
  private terminate(): void {
    if (this.draining) {
      this.exit();
      return;
    }
    this.draining = true;
    this.systemd.stopping(
      `${this.census.open} connections may end within ${this.settings.server.grace} s`,
    );
    this.pool.close();
    this.server.close();
    for (const { socket } of this.queue.splice(0)) socket.destroy();
    if (this.census.open === 0) this.exit();
    else setTimeout(() => this.exit(), timerDelay(this.settings.server.grace * 1000));
  }

  /** Ends the connections that are left; the workers follow when they have lost their primary. */
  private exit(): void {
    this.status?.close();
    this.settings.access?.close();
    this.spawner?.end();
    this.pool.close();
    this.pool.broadcast({ order: "end" });
    setTimeout(() => process.exit(ExitCode.success), 100);
  }
}

/** Of a client of a UNIX socket there is nothing to know. */
const LOCAL_ENDS: TcpEnds = {
  ...{ remoteAddress: "unix", remotePort: 0 },
  ...{ localAddress: "unix", localPort: 0 },
};

/** Of the files that variables name; those that rules name for some clients are not among them. */
function changesOf({ files, anchorDirectory }: TlsEnvironment, kept: Kept): FileChanges {
  return new FileChanges([
    ...[...files.values()].filter((path) => !kept.has(path)),
    ...(anchorDirectory === null ? [] : [anchorDirectory]),
  ]);
}

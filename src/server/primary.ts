import type { AddressInfo } from "node:net";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { ExitCode } from "../connection/exit-codes.ts";
import { timerDelay } from "../connection/timers.ts";
import { confiner, whatHolds } from "../program/confinement.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { permissionOptions } from "../setup/permissions.ts";
import type { Kept } from "../setup/read-into.ts";
import { Acceptance } from "./acceptance.ts";
import type { Access } from "./access.ts";
import type { Address } from "./address.ts";
import { certificateVariables } from "./certificate-ends.ts";
import type { Room } from "./descriptors.ts";
import { FileChanges } from "./file-changes.ts";
import { dropsRights, usersOf } from "./ids.ts";
import { keepFiles } from "./kept-files.ts";
import { Listener } from "./listener.ts";
import type { Log } from "./log.ts";
import { Pool } from "./pool.ts";
import { announce } from "./readiness.ts";
import { Reloads } from "./reloads.ts";
import { makeSpawners, type Spawners } from "./spawners.ts";
import { Status, type StatusSettings } from "./status.ts";
import { Systemd } from "./systemd.ts";
import { Tally } from "./tally.ts";
import { workerDuty } from "./worker-duty.ts";

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
  private readonly tally = new Tally(certificateVariables(process.env));
  private readonly spawners: Spawners | null;
  private readonly pool: Pool;
  private readonly acceptance: Acceptance;
  private readonly listener: Listener;
  private readonly status: Status | null;
  private readonly systemd: Systemd;
  private readonly reloads: Reloads;
  private kept: Kept = new Map();
  /** null: files are not looked at. */
  private changes: FileChanges | null = null;
  private draining = false;

  constructor(private readonly settings: PrimarySettings) {
    const { access, log, room, server } = settings;
    const { tally } = this;
    const users = usersOf(server, process.env);
    this.spawners = this.makeSpawners(users.prog !== null);
    const { spawners } = this;
    this.pool = this.makePool(dropsRights(users.worker));
    const { pool } = this;
    this.acceptance = new Acceptance({
      ...{ server, room, log, tally, access, pool, spawners },
      emptied: () => {
        if (this.draining) this.exit();
      },
    });
    this.listener = new Listener({
      ...settings,
      backlog: server.backlog,
      accept: (socket) => this.acceptance.accept(socket),
    });
    this.status = server.status && this.makeStatus(server.status);
    this.systemd = new Systemd(process.env, log);
    this.reloads = this.makeReloads();
  }

  /** null: workers start progs, or there are none. */
  private makeSpawners(isApart: boolean): Spawners | null {
    const { log, server, startsProgs, workers } = this.settings;
    // Where the files are but checked, no prog is started.
    if (!startsProgs || (server.check && !isApart)) return null;
    return makeSpawners({
      ...{ log, workers, isApart },
      denied: (worker) => this.pool.denied(worker),
      misbehaved: (worker, how) => this.pool.dismiss(worker, how),
      renewed: (spawner) => this.pool.showDoors(spawner),
      ready: () => this.acceptance.admitWaiting(),
    });
  }

  private makePool(dropsRights: boolean): Pool {
    const { workers, log, room, server, startsProgs } = this.settings;
    const { spawners, tally } = this;
    return new Pool({
      ...{ size: workers, perWorker: room.perWorker, grace: server.grace },
      ...{ log, dropsRights, startsProgs, spawners, hearsClients: server.proxies.length > 0 },
      reports: {
        over: (number) => this.acceptance.over(number),
        told: (report) =>
          report.report === "counts" ? tally.meters.add(report.counts) : tally.expire(report.ends),
        proxied: (number, ends, answer) => void this.acceptance.admitProxied(number, ends, answer),
      },
      ready: () => this.acceptance.admitWaiting(),
    });
  }

  private makeStatus(address: StatusSettings["address"]): Status {
    const { acceptance, pool, settings, tally } = this;
    return new Status({
      address,
      isReady: () => !this.draining && pool.serving > 0,
      metrics: () =>
        tally.metrics({
          ...{ open: acceptance.open, waiting: acceptance.waiting },
          ...{ workers: pool.serving, replaced: pool.replaced },
          dropped: settings.log.lostLines,
        }),
    });
  }

  private makeReloads(): Reloads {
    const { systemd, tally } = this;
    const { log } = this.settings;
    return new Reloads({
      reload: () => {
        for (const path of this.kept.keys()) {
          log.caution(`${path} was read when the server started, and can't be read again`);
        }
        return this.pool.reload();
      },
      done: (outcome) => tally.reloads[outcome]++,
      ...{ log, systemd },
    });
  }

  /** @throws {SystemFailure} (the promise) if a worker can't start, or the address can't be listened on */
  async start(): Promise<void> {
    const { access, maxPerAddress, server } = this.settings;
    if (this.spawners?.areApart) this.tellConfinement();
    const environment = new TlsEnvironment(process.env);
    this.kept = await keepFiles(environment.files);
    // Before workers read the files: what changes meanwhile is a change.
    if (server.reloadInterval > 0) this.changes = changesOf(environment, this.kept);
    await this.spawners?.start();
    await Promise.all([this.pool.start(this.kept), access?.start()]);
    if (server.check) {
      this.exit();
      return;
    }
    const place = await this.listener.listen();
    // At once: the next connection is accepted behind this.
    this.acceptance.begin({
      isLocal: typeof place === "string",
      maxPerAddress: maxPerAddress(place),
    });
    await this.status?.listen();
    this.watchSignals();
    const port = typeof place === "string" ? null : place.port;
    announce(server, port);
    this.systemd.ready(`listening on ${this.listener.where(port)}`);
  }

  private tellConfinement(): void {
    const hasModel = permissionOptions(workerDuty([])) !== null;
    const text = `workers run ${whatHolds(confiner() !== null, hasModel)}`;
    this.settings.log.info(text, { event: "confinement" });
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
      `${this.acceptance.open} connections may end within ${this.settings.server.grace} s`,
    );
    this.pool.close();
    this.listener.close();
    this.acceptance.dropWaiting();
    if (this.acceptance.open === 0) this.exit();
    else setTimeout(() => this.exit(), timerDelay(this.settings.server.grace * 1000));
  }

  /** Ends the connections that are left; the workers follow when they have lost their primary. */
  private exit(): void {
    this.status?.close();
    this.settings.access?.close();
    this.spawners?.end();
    this.pool.close();
    this.pool.broadcast({ order: "end" });
    setTimeout(() => process.exit(ExitCode.success), 100);
  }
}

/** Of the files that variables name; those that rules name for some clients are not among them. */
function changesOf({ files, anchorDirectory }: TlsEnvironment, kept: Kept): FileChanges {
  return new FileChanges([
    ...[...files.values()].filter((path) => !kept.has(path)),
    ...(anchorDirectory === null ? [] : [anchorDirectory]),
  ]);
}

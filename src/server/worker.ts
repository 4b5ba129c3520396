import { closeSync } from "node:fs";
import { Socket } from "node:net";
import type { Changes } from "../access/judgement.ts";
import { reasonOf } from "../cli/diagnostics.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { describe, ExitCode, exitCodeOf } from "../connection/exit-codes.ts";
import { readProxyHeader } from "../connection/proxy-header.ts";
import { timerDelay } from "../connection/timers.ts";
import { KeptCredentials } from "../credentials/kept-credentials.ts";
import type { ProxyHeader } from "../proxy-protocol/header.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { loadModule } from "../setup/modules.ts";
import { dropCredentialFiles } from "../setup/permissions.ts";
import type { Kept as KeptFiles } from "../setup/read-into.ts";
import { certificateEnds } from "./certificate-ends.ts";
import { CredentialSets } from "./credential-sets.ts";
import { Turns } from "./handshake-turns.ts";
import { becomeServerOwner, usersOf } from "./ids.ts";
import { requireReadableAgain } from "./kept-files.ts";
import type { Log } from "./log.ts";
import type { ClientFacts, ToPrimary, ToWorker } from "./messages.ts";
import { Meter } from "./meter.ts";
import { progEnvironment } from "./prog-environment.ts";
import { OwnPrograms, type Programs } from "./programs.ts";
import { RemotePrograms } from "./remote-programs.ts";
import { FIRST_PASSED } from "./roles.ts";
import type { Loaded, Service, Talk } from "./service.ts";
import { workerDuty } from "./worker-duty.ts";

export interface WorkerSettings {
  readonly server: SuperServerSettings;
  readonly command: readonly string[];
  readonly log: Log;
  readonly service: Service;
}

type Kept = KeptCredentials<Loaded>;

/**
 * One of the processes that serve connections. It holds the private keys, gets sockets from the
 * primary, and does what the primary orders; signals are the primary's business.
 */
export class Worker {
  private readonly conversations = new Map<number, Talk>();
  private programs: Programs;
  private readonly turns = new Turns();
  private readonly meter = new Meter();
  private readonly sets = new CredentialSets((environment) => this.load(environment));
  /** Connections of proxies whose client the primary has not judged yet. */
  private readonly announced = new Map<number, { socket: Socket; header: ProxyHeader }>();
  private engineModule: WebAssembly.Module | null = null;
  private keeperModule: WebAssembly.Module | null = null;
  private keptFiles: KeptFiles = new Map();
  private kept: Kept | null = null;
  private reloaded: Kept | null = null;
  private reloadedEnds: readonly (number | null)[] = [];

  constructor(private readonly settings: WorkerSettings) {
    const { command, server } = settings;
    this.programs = new OwnPrograms(command, progEnvironment(server));
  }

  start(): void {
    // A terminal sends these to every process of the group; the primary decides what they mean.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"] as const) {
      process.on(signal, () => {});
    }
    process.on("message", (message: ToWorker, socket: unknown) => this.obey(message, socket));
    process.on("disconnect", () => this.orphaned());
    const { log, server } = this.settings;
    if (server.status === null) return;
    const report = (counts: readonly number[]) => tell({ report: "counts", counts });
    this.meter.start(report, () => log.lostLines);
  }

  private begin(group: number | null, sets: readonly Changes[], kept: readonly string[]): void {
    this.keptFiles = new Map(kept.map((path, index) => [path, FIRST_PASSED + index]));
    try {
      this.engineModule = loadModule("engine");
      this.keeperModule = loadModule("keeper");
      // Files that only root may read are read before root's rights are gone.
      this.kept = this.load();
      this.sets.prepare(sets);
      const ends = this.ends();
      becomeServerOwner(usersOf(this.settings.server, process.env).worker, group);
      if (group !== null) this.dropFiles(sets);
      tell({ report: "ready" });
      this.tellEnds(ends);
    } catch (error) {
      const exitCode = exitCodeOf(error);
      tell({ report: "failed", text: describe(error), exitCode });
    }
  }

  /** Another worker reads them after a reload. */
  private dropFiles(sets: readonly Changes[]): void {
    dropCredentialFiles(workerDuty(sets).environments);
    for (const fd of this.keptFiles.values()) closeSync(fd);
    this.keptFiles = new Map();
  }

  private obey(message: ToWorker, socket: unknown): void {
    switch (message.order) {
      case "begin":
        this.begin(message.group, message.sets, message.kept);
        break;
      case "serve":
        this.serve(message.client, socket);
        break;
      case "proceed":
        this.proceed(message.client);
        break;
      case "refuse":
        this.refuse(message.number);
        break;
      case "signal":
        for (const signal of message.signals) this.signalAll(signal);
        break;
      case "reload":
        this.reload();
        break;
      case "commit":
        this.commit();
        break;
      case "discard":
        this.kept?.credentials.ticketKeys?.announce(null);
        this.reloaded?.release();
        this.reloaded = null;
        break;
      case "programs":
        // Connections that are served already go by the spawner that there was.
        this.programs = new RemotePrograms(message.path, this.settings.command);
        break;
      case "retire":
        this.leaveWhenIdle();
        break;
      case "answer":
        tell({ report: "here" });
        break;
      case "end":
        this.endAll("the server ended");
        break;
    }
  }

  private serve(client: ClientFacts, socket: unknown): void {
    if (!(socket instanceof Socket)) {
      // It hung up on its way here.
      tell({ report: "over", number: client.number });
      return;
    }
    socket.allowHalfOpen = true;
    socket.setNoDelay(!this.settings.server.delay);
    if (this.settings.server.proxyProtocol) void this.hearProxy(client, socket);
    else this.converse(client, socket, null);
  }

  /** A PROXY header tells the client's addresses; with --proxy-from, the primary says whether it may come in. */
  private async hearProxy(client: ClientFacts, socket: Socket): Promise<void> {
    const { proxies, handshakeTimeout } = this.settings.server;
    const { number } = client;
    // While the primary is asked, an error has no listener of its own.
    socket.on("error", () => {});
    try {
      const header = await readProxyHeader(socket, handshakeTimeout);
      if (proxies.length === 0) {
        this.converse(client, socket, header);
        return;
      }
      this.announced.set(number, { socket, header });
      const ends = header.ends?.transport === "tcp" ? header.ends : client;
      const { remoteAddress, remotePort, localAddress, localPort } = ends;
      tell({
        report: "proxied",
        number,
        ends: { remoteAddress, remotePort, localAddress, localPort },
      });
    } catch (error) {
      const from = `${number} from ${client.remoteAddress}:${client.remotePort}`;
      this.settings.log.warn("bad PROXY header", `${from}: ${reasonOf(error)}`);
      this.meter.count("refused", "proxy-header");
      socket.destroy();
      tell({ report: "over", number });
    }
  }

  private proceed(client: ClientFacts): void {
    const announced = this.announced.get(client.number);
    if (announced === undefined) return;
    this.announced.delete(client.number);
    this.converse(client, announced.socket, announced.header);
  }

  private refuse(number: number): void {
    const announced = this.announced.get(number);
    if (announced === undefined) return;
    this.announced.delete(number);
    announced.socket.destroy();
    tell({ report: "over", number });
  }

  private converse(client: ClientFacts, socket: Socket, header: ProxyHeader | null): void {
    const over = () => {
      this.conversations.delete(client.number);
      tell({ report: "over", number: client.number });
    };
    let keyUsed = () => {};
    try {
      const kept = this.sets.for(client.told.environment) ?? (this.kept as Kept);
      kept.use();
      keyUsed = () => kept.release();
      const conversation = this.settings.service.begin({
        ...this.settings,
        client,
        header,
        socket,
        makeEngine: kept.credentials.makeEngine,
        programs: this.programs,
        turns: this.turns,
        meter: this.meter,
        keyUsed,
        over,
      });
      this.conversations.set(client.number, conversation);
    } catch (error) {
      this.settings.log.warn("unable to serve", `unable to serve: ${reasonOf(error)}`);
      keyUsed();
      socket.destroy();
      over();
    }
  }

  /** All files once more. */
  private load(variables: NodeJS.ProcessEnv = process.env): Kept {
    const environment = new TlsEnvironment(variables, this.keptFiles);
    requireReadableAgain(environment.files, this.keptFiles);
    const keeper = this.keeperModule as WebAssembly.Module;
    const engine = this.engineModule as WebAssembly.Module;
    const warn = (text: string) => tell({ report: "warning", text });
    return new KeptCredentials(this.settings.service.load({ engine, keeper }, environment, warn));
  }

  private reload(): void {
    try {
      this.reloaded = this.load();
      // A worker that has changed over already may have sealed what comes here before we have.
      const { ticketKeys = null } = this.reloaded.credentials;
      this.kept?.credentials.ticketKeys?.announce(ticketKeys);
      this.reloadedEnds = this.ends();
      tell({ report: "reloaded", problem: null });
    } catch (error) {
      tell({ report: "reloaded", problem: reasonOf(error) });
    }
  }

  private commit(): void {
    if (this.reloaded === null) return;
    this.sets.forget();
    this.kept?.release();
    this.kept = this.reloaded;
    this.reloaded = null;
    this.tellEnds(this.reloadedEnds);
  }

  /** For /metrics, while the files may be read. */
  private ends(): readonly (number | null)[] {
    if (this.settings.server.status === null) return [];
    return certificateEnds(process.env, this.keptFiles);
  }

  private tellEnds(ends: readonly (number | null)[]): void {
    if (this.settings.server.status !== null) tell({ report: "expiries", ends });
  }

  private signalAll(signal: NodeJS.Signals): void {
    for (const conversation of this.conversations.values()) conversation.signal(signal);
  }

  private endAll(why: string): void {
    const reason = new Error(why);
    for (const conversation of [...this.conversations.values()]) conversation.end(reason);
  }

  /** Without a primary no orders come: the connections that are open may still end by themselves. */
  private orphaned(): void {
    this.leaveWhenIdle();
    setTimeout(
      () => {
        this.endAll("the server ended");
        setTimeout(() => process.exit(ExitCode.success), 100);
      },
      timerDelay(this.settings.server.grace * 1000),
    );
  }

  private leaveWhenIdle(): void {
    const leave = () => {
      if (this.conversations.size > 0) return;
      this.meter.flush();
      process.exit(ExitCode.success);
    };
    setInterval(leave, 100);
    leave();
  }
}

/** A primary that is just gone hears nothing any more. */
function tell(message: ToPrimary): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

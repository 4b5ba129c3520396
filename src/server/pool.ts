import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import type { Changes } from "../access/judgement.ts";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import { ReportedFailure } from "../connection/exit-codes.ts";
import { permissionOptions } from "../setup/permissions.ts";
import type { Kept } from "../setup/read-into.ts";
import type { ClientFacts, ToWorker } from "./messages.ts";
import { startAs } from "./roles.ts";
import { RuleCredentials } from "./rule-credentials.ts";
import type { SpawnerLink } from "./spawner-link.ts";
import type { Spawners } from "./spawners.ts";
import { TwoPhaseReload } from "./two-phase-reload.ts";
import { workerDuty } from "./worker-duty.ts";
import { type LinkSettings, WorkerLink } from "./worker-link.ts";

/** A worker that lived for less than so many milliseconds is replaced no sooner than after them. */
const BREATHER = 1000;

export interface PoolSettings
  extends Pick<LinkSettings, "grace" | "hearsClients" | "log" | "reports"> {
  readonly size: number;
  /** The processes that start progs; null: workers do. */
  readonly spawners: Spawners | null;
  /** No worker has more connections than this. */
  readonly perWorker: number;
  /** Workers can't read again what they read as root. */
  readonly dropsRights: boolean;
  /** Connections have progs. */
  readonly startsProgs: boolean;
  /** One more worker can serve. */
  readonly ready: () => void;
}

/** The worker processes: as many as there should be, whatever happens to them. */
export class Pool {
  private readonly links = new Set<WorkerLink>();
  private readonly linkSettings: LinkSettings;
  private readonly warned = new Set<string>();
  private readonly twoPhases = new TwoPhaseReload();
  private readonly credentials: RuleCredentials;
  /** The generation that serves, and the last one that was started. */
  private current = 0;
  private latest = 0;
  private lastId = 0;
  private closing = false;
  private lost = 0;
  private kept: Kept = new Map();

  constructor(private readonly settings: PoolSettings) {
    const { grace, hearsClients, log, reports } = settings;
    this.linkSettings = {
      ...{ grace, hearsClients, log, reports },
      warning: (text) => this.warnOnce(text),
      reloaded: (link, problem) => this.twoPhases.answer(link, problem),
      lost: (link, how) => this.lose(link, how),
    };
    this.credentials = new RuleCredentials({ startGeneration: () => this.startGeneration(), log });
  }

  /**
   * Starts all workers.
   *
   * @param kept what they, and those that replace them, don't read from the files themselves
   * @throws {SystemFailure} (the promise) what the first worker that can't start says
   */
  async start(kept: Kept): Promise<void> {
    this.kept = kept;
    try {
      await this.fill(this.current);
    } catch (error) {
      if (error instanceof ReportedFailure) throw error;
      throw new SystemFailure("unable to start a worker", error);
    }
    this.takeOver(this.current);
  }

  /** Why no worker can serve one more connection now; null if one can. */
  get shortage(): string | null {
    const ready = [...this.links].filter((link) => link.ready);
    const { perWorker } = this.settings;
    if (ready.length === 0) return "there is no worker at the moment";
    if (ready.some(({ serving }) => serving.size < perWorker)) return null;
    return `there are descriptors for ${perWorker} connections in each worker`;
  }

  /** Workers that died, or were silent, while they served. */
  get replaced(): number {
    return this.lost;
  }

  /** Workers that take connections. */
  get serving(): number {
    return [...this.links].filter((link) => link.ready).length;
  }

  /** Gives a connection to the worker that has the fewest. False: there is none. */
  serve(client: ClientFacts, socket: Socket): boolean {
    let best: WorkerLink | null = null;
    for (const link of this.links) {
      if (link.ready && (best === null || link.serving.size < best.serving.size)) best = link;
    }
    best?.serve(client, socket);
    return best !== null;
  }

  broadcast(order: ToWorker): void {
    for (const link of this.links) link.send(order);
  }

  /**
   * All files are read again; only if they are all good, they are in use from then on.
   *
   * @returns (the promise) what is wrong; null: nothing
   */
  reload(): Promise<string | null> {
    // What is still wrong with the files is told again.
    this.warned.clear();
    return this.settings.dropsRights ? this.credentials.readAll() : this.twoPhases.run(this.links);
  }

  /**
   * A client's rule may name files that only root can read: then workers that have read them are needed.
   *
   * @returns null: those that serve have; else a promise of the time when there is no more to wait for
   */
  prepare(rule: Changes): Promise<void> | null {
    return this.settings.dropsRights ? this.credentials.prepare(rule) : null;
  }

  /** That spawner listens in other places. */
  async showDoors(spawner: SpawnerLink): Promise<void> {
    const show = (link: WorkerLink) =>
      link.showDoor().catch((error: Error) => {
        // A worker that is gone needs none.
        if (this.links.has(link)) throw error;
      });
    const concerned = [...this.links].filter((link) => link.spawner === spawner);
    await Promise.all(concerned.map(show));
  }

  /** A worker asked for a second prog, or for one of a connection that it doesn't serve. */
  denied(id: number): void {
    const worker = [...this.links].find((link) => link.id === id)?.pid;
    const text = `worker ${worker} asked for a prog that is not its to have`;
    this.settings.log.warn("denied", text);
  }

  /** A worker that does what none of ours would do. */
  dismiss(id: number, how: string): void {
    for (const link of this.links) {
      if (link.id !== id) continue;
      this.lose(link, how);
      link.kill();
    }
  }

  /** From now on, a worker that dies is not replaced. */
  close(): void {
    this.closing = true;
  }

  private async startGeneration(): Promise<{ takeOver: () => void }> {
    if (this.closing) throw new Error("the server ends");
    const generation = ++this.latest;
    try {
      await this.fill(generation);
    } catch (error) {
      for (const link of this.links) if (link.generation === generation) link.kill();
      throw error;
    }
    return { takeOver: () => this.takeOver(generation) };
  }

  private async fill(generation: number): Promise<void> {
    const starts = Array.from({ length: this.settings.size }, () => this.add(generation));
    await Promise.all(starts);
  }

  /** From now on, connections go to that generation, and to no other. */
  private takeOver(generation: number): void {
    this.current = generation;
    for (const link of this.links) {
      if (link.generation === generation) link.ready = true;
      else link.retire();
    }
    // One may have died when it was ready, and the others were not.
    for (let missing = this.missing(); missing > 0; missing--) this.replace();
    this.settings.ready();
  }

  private missing(): number {
    const isOurs = ({ generation }: WorkerLink) => generation === this.current;
    return this.settings.size - [...this.links].filter(isOurs).length;
  }

  /** @throws (the promise) why it could not be started */
  private async add(generation: number): Promise<WorkerLink> {
    const process = this.startWorker();
    const id = ++this.lastId;
    const spawner = this.settings.spawners?.of(id) ?? null;
    const link = new WorkerLink(this.linkSettings, { id, generation, process, spawner });
    this.links.add(link);
    try {
      await link.begin(this.credentials.sets, [...this.kept.keys()]);
    } catch (error) {
      // A worker that failed to fork never emits 'exit'.
      if (link.pid === undefined) this.links.delete(link);
      throw error;
    }
    return link;
  }

  /** Where a spawner starts progs, a worker needs to start nothing. One that gives rights up is held to it. */
  private startWorker(): ChildProcess {
    const { dropsRights, log, spawners, startsProgs } = this.settings;
    const passed = { descriptors: [...this.kept.values()], log: log.descriptor };
    const forks = startsProgs && spawners === null;
    if (spawners === null || !dropsRights) return startAs("worker", { ...passed, forks });
    const nodeOptions = permissionOptions(workerDuty(this.credentials.sets)) ?? [];
    return startAs("worker", { ...passed, forks, confined: true, nodeOptions });
  }

  /** All workers read the same files, and so does each that replaces one. */
  private warnOnce(text: string): void {
    if (this.warned.has(text)) return;
    this.warned.add(text);
    this.settings.log.caution(text);
  }

  private lose(link: WorkerLink, how: string): void {
    if (!this.links.delete(link)) return;
    this.twoPhases.answer(link, "a worker died meanwhile");
    link.end();
    if (this.closing || !link.ready) return;
    this.lost++;
    const text = `worker ${link.pid} ${how} with ${link.serving.size} connections; replacing it`;
    this.settings.log.warn("worker replaced", text);
    setTimeout(() => this.replace(), link.age < BREATHER ? BREATHER : 0);
  }

  private replace(): void {
    if (this.closing || this.missing() <= 0) return;
    this.add(this.current).then(
      (link) => {
        if (link.generation !== this.current) return link.retire();
        link.ready = true;
        this.settings.ready();
      },
      (error: Error) => {
        this.settings.log.error(`unable to replace a worker: ${reasonOf(error)}`);
        setTimeout(() => this.replace(), BREATHER);
      },
    );
  }
}

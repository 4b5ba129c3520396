import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import type { Changes } from "../access/judgement.ts";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import { type ExitCode, ReportedFailure } from "../connection/exit-codes.ts";
import type { TcpEnds } from "../connection/tcp-variables.ts";
import { timerDelay } from "../connection/timers.ts";
import { effortOf } from "../io/platform.ts";
import type { Kept } from "../setup/read-into.ts";
import { setOf } from "./credential-sets.ts";
import { doorGroup } from "./door-group.ts";
import { Handover } from "./handover.ts";
import type { Log } from "./log.ts";
import type { ClientFacts, StartReport, ToPrimary, ToWorker } from "./messages.ts";
import { permissionOptions } from "./permissions.ts";
import { startAs } from "./roles.ts";
import type { SpawnerLink } from "./spawner-link.ts";

/** A worker that lived for less than so many milliseconds is replaced no sooner than after them. */
const BREATHER = 1000;

/** So many milliseconds are waited for other clients whose credentials are to be read, too. */
const GATHERING = 20;

export interface PoolSettings {
  readonly size: number;
  /** No worker has more connections than this. */
  readonly perWorker: number;
  /** Seconds that a worker without us has for what is open. */
  readonly grace: number;
  /** Workers can't read again what they read as root. */
  readonly dropsRights: boolean;
  /** The process that starts progs; null: each worker does. */
  readonly spawner: SpawnerLink | null;
  readonly log: Log;
  /** A connection has ended, with its worker or without. */
  readonly over: (number: number) => void;
  /** A proxy told that worker whose connection it is; `answer` says what becomes of it. */
  readonly proxied: (number: number, ends: TcpEnds, answer: (order: ToWorker) => void) => void;
  /** What a worker tells for /metrics; false: that is nothing that one of ours would say. */
  readonly told: (report: Extract<ToPrimary, { report: "counts" | "expiries" }>) => boolean;
  /** One more worker can serve. */
  readonly ready: () => void;
}

interface Member {
  readonly id: number;
  /** Where it connects to for progs; empty for nowhere. */
  door: string;
  /** It has been told the last place that was asked for, or can't be. */
  shown: Promise<void>;
  /** By which it may connect there; null: it starts progs itself. */
  readonly group: number | null;
  /** Of what it serves, what has a prog, or had one. */
  readonly launched: Set<number>;
  readonly worker: ChildProcess;
  /** Those of one generation have read the files together. */
  readonly generation: number;
  readonly started: number;
  readonly serving: Map<number, ClientFacts>;
  readonly handover: Handover;
  /** It gets connections. */
  ready: boolean;
  /** It serves what it has, and gets no more. */
  retired: boolean;
}

/** The worker processes: as many as there should be, whatever happens to them. */
export class Pool {
  private readonly members = new Set<Member>();
  private readonly warned = new Set<string>();
  private onReload: ((member: Member, problem: string | null) => void) | null = null;
  /** The one that serves, and the last one that was started. */
  private current = 0;
  private latest = 0;
  private lastId = 0;
  /** One change of generations at a time. */
  private changing: Promise<unknown> = Promise.resolve();
  /** Of rules of access control: what new workers read as root, and what those that serve have read. */
  private readonly wanted = new Map<string, Changes>();
  private loaded: ReadonlySet<string> = new Set();
  private preparation: Promise<void> | null = null;
  private closing = false;
  private lost = 0;

  private kept: Kept = new Map();

  constructor(private readonly settings: PoolSettings) {}

  /**
   * Starts all workers.
   *
   * @param kept what they, and those that replace them, don't read from the files themselves
   * @throws {SystemFailure} (the promise) what the first worker that can't start says
   */
  async start(kept: Kept): Promise<void> {
    this.kept = kept;
    try {
      await this.addGeneration(this.current);
    } catch (error) {
      if (error instanceof ReportedFailure) throw error;
      throw new SystemFailure("unable to start a worker", error);
    }
    this.takeOver(this.current);
  }

  /** Why no worker can serve one more connection now; null if one can. */
  get shortage(): string | null {
    const ready = [...this.members].filter((member) => member.ready);
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
    return [...this.members].filter((member) => member.ready).length;
  }

  /** Gives a connection to the worker that has the fewest. False: there is none. */
  serve(client: ClientFacts, socket: Socket): boolean {
    let best: Member | null = null;
    for (const member of this.members) {
      if (member.ready && (best === null || member.serving.size < best.serving.size)) best = member;
    }
    if (best === null) return false;
    const { serving, handover } = best;
    serving.set(client.number, client);
    const order: ToWorker = { order: "serve", client };
    best.worker.send(order, socket, { keepOpen: false }, (error) => {
      if (error === null) handover.isAlive();
      if (error === null || !serving.delete(client.number)) return;
      socket.destroy();
      this.settings.over(client.number);
    });
    handover.send(socket);
    return true;
  }

  broadcast(order: ToWorker): void {
    for (const { worker } of this.members) send(worker, order);
  }

  /**
   * All files are read again; only if they are all good, they are in use from then on.
   *
   * @returns (the promise) what is wrong; null: nothing
   */
  reload(): Promise<string | null> {
    // What is still wrong with the files is told again.
    this.warned.clear();
    return this.settings.dropsRights ? this.replaceAll() : this.readAgain();
  }

  /**
   * A client's rule may name files that only root can read: then workers that have read them are needed.
   *
   * @returns null: those that serve have; else a promise of the time when there is no more to wait for
   */
  prepare(rule: Changes): Promise<void> | null {
    const set = setOf(rule);
    if (set === null || !this.settings.dropsRights || this.loaded.has(set.key)) return null;
    this.wanted.set(set.key, set.changes);
    this.preparation ??= this.readWanted();
    return this.preparation;
  }

  private async readWanted(): Promise<void> {
    // Clients that come in the same moment are for the same workers.
    await new Promise((resolve) => setTimeout(resolve, GATHERING));
    this.preparation = null;
    const problem = await this.replaceAll();
    if (problem === null) return;
    this.settings.log.error(`unable to read a rule's credentials: ${problem}`);
    // Until a reload, those that serve say so to each client that it is for.
    this.loaded = new Set(this.wanted.keys());
  }

  /**
   * New workers read the files as root, and take over; the old ones end what they have. So no key
   * passes through anything on its way into a worker that root's rights have left.
   */
  private replaceAll(): Promise<string | null> {
    const change = this.changing.then(() => this.replaceAllNow());
    this.changing = change;
    return change;
  }

  private async replaceAllNow(): Promise<string | null> {
    if (this.closing) return "the server ends";
    const sets = new Set(this.wanted.keys());
    const generation = ++this.latest;
    try {
      await this.addGeneration(generation);
    } catch (error) {
      for (const { worker, generation: its } of this.members) {
        if (its === generation) worker.kill("SIGKILL");
      }
      return reasonOf(error);
    }
    this.loaded = sets;
    this.takeOver(generation);
    return null;
  }

  private async addGeneration(generation: number): Promise<void> {
    const starts = Array.from({ length: this.settings.size }, () => this.add(generation));
    await Promise.all(starts);
  }

  /** From now on, connections go to that generation, and to no other. */
  private takeOver(generation: number): void {
    this.current = generation;
    for (const member of this.members) {
      if (member.generation === generation) member.ready = true;
      else this.retire(member);
    }
    // One may have died when it was ready, and the others were not.
    for (let missing = this.missing(); missing > 0; missing--) this.replace();
    this.settings.ready();
  }

  private missing(): number {
    const isOurs = ({ generation }: Member) => generation === this.current;
    return this.settings.size - [...this.members].filter(isOurs).length;
  }

  private retire(member: Member): void {
    if (member.retired) return;
    member.ready = false;
    member.retired = true;
    send(member.worker, { order: "retire" });
  }

  /** All workers read every file again; only if all are content, all change over. */
  private async readAgain(): Promise<string | null> {
    const waiting = new Set([...this.members].filter(({ ready }) => ready));
    if (waiting.size === 0) return "there is no worker at the moment";
    const problem = await new Promise<string | null>((resolve) => {
      let first: string | null = null;
      this.onReload = (member, answer) => {
        if (!waiting.delete(member)) return;
        first ??= answer;
        // An answer that is not waited for would be taken for one to the next question.
        if (waiting.size === 0) resolve(first);
      };
      this.broadcast({ order: "reload" });
    });
    this.onReload = null;
    this.broadcast({ order: problem === null ? "commit" : "discard" });
    return problem;
  }

  /** From now on, a worker that dies is not replaced. */
  close(): void {
    this.closing = true;
  }

  /** @throws (the promise) why it could not be started */
  private async add(generation: number): Promise<Member> {
    const worker = this.startWorker();
    const member: Member = {
      worker,
      generation,
      started: performance.now(),
      serving: new Map(),
      launched: new Set(),
      id: ++this.lastId,
      door: "",
      shown: Promise.resolve(),
      group: this.settings.spawner && doorGroup(),
      handover: new Handover({
        ask: () => send(worker, { order: "answer" }),
        lost: () => this.giveUp(member),
        effort: () => effortOf(worker.pid),
      }),
      ready: false,
      retired: false,
    };
    this.members.add(member);
    const sets = [...this.wanted.values()];
    send(worker, { order: "begin", group: member.group, sets, kept: [...this.kept.keys()] });
    return new Promise((resolve, reject) => {
      worker.on("message", (message: ToPrimary) => {
        if (message.report === "failed") {
          reject(new ReportedFailure(message.text, message.exitCode as ExitCode));
          worker.kill("SIGKILL");
        } else {
          this.hear(member, message, () => {
            this.showDoor(member).then(
              () => resolve(member),
              (error: Error) => {
                // It can't serve, and its place would be taken.
                worker.kill("SIGKILL");
                reject(error);
              },
            );
          });
        }
      });
      worker.on("error", (error: Error) => {
        // A worker that failed to fork never emits 'exit'.
        if (worker.pid === undefined) this.members.delete(member);
        reject(error);
      });
      worker.on("exit", (code, signal) => {
        reject(new Error(`it ended at once (${signal ?? code})`));
        this.lose(member, `died (${signal ?? `code ${code}`})`);
      });
    });
  }

  /** Where the spawner starts progs, a worker needs to start nothing. */
  private startWorker(): ChildProcess {
    const passed = { descriptors: [...this.kept.values()], log: this.settings.log.descriptor };
    if (this.settings.spawner === null) return startAs("worker", passed);
    const nodeOptions = permissionOptions([...this.wanted.values()]) ?? [];
    return startAs("worker", { ...passed, confined: true, nodeOptions });
  }

  private hear(
    member: Member,
    message: Exclude<ToPrimary, { report: "failed" }>,
    ready: () => void,
  ): void {
    member.handover.isAlive();
    switch (message.report) {
      case "ready":
        ready();
        break;
      case "over":
        member.launched.delete(message.number);
        if (member.serving.delete(message.number)) this.settings.over(message.number);
        break;
      case "proxied":
        if (!member.serving.has(message.number)) break;
        this.settings.proxied(message.number, message.ends, (order) => {
          // From now on, the client has the addresses that the PROXY header tells.
          if (order.order === "proceed") member.serving.set(message.number, order.client);
          send(member.worker, order);
        });
        break;
      case "start":
        this.launch(member, message);
        break;
      case "kill":
        if (member.launched.has(message.number)) {
          this.settings.spawner?.kill(message.number, message.signal);
        }
        break;
      case "reloaded":
        this.onReload?.(member, message.problem);
        break;
      case "warning":
        this.warnOnce(message.text);
        break;
      case "here":
        member.handover.answered();
        break;
      case "counts":
      case "expiries":
        if (!this.settings.told(message)) {
          const text = `worker ${member.worker.pid} tells numbers that can't be`;
          this.settings.log.warn("denied", text);
        }
        break;
    }
  }

  /** All workers read the same files, and so does each that replaces one. */
  private warnOnce(text: string): void {
    if (this.warned.has(text)) return;
    this.warned.add(text);
    this.settings.log.caution(text);
  }

  /** Tells a worker where the spawner listens for it: one place after the other, and the last one counts. */
  private showDoor(member: Member): Promise<void> {
    const shown = member.shown.then(() => this.openDoor(member));
    member.shown = shown.catch(() => {});
    return shown;
  }

  private async openDoor(member: Member): Promise<void> {
    const { spawner } = this.settings;
    if (spawner === null || member.group === null) return;
    member.door = await spawner.open(member.id, member.group);
    send(member.worker, { order: "programs", path: member.door });
  }

  /** There is another spawner. */
  async showDoors(): Promise<void> {
    const show = (member: Member) =>
      this.showDoor(member).catch((error: Error) => {
        // A worker that is gone needs none.
        if (this.members.has(member)) throw error;
      });
    await Promise.all([...this.members].map(show));
  }

  /** One prog for each connection that this worker was given; no worker is believed more. */
  private launch(member: Member, report: StartReport): void {
    const { spawner, log } = this.settings;
    const { number, path } = report;
    const client = member.serving.get(number);
    if (spawner === null || client === undefined || member.launched.has(number)) {
      log.warn("denied", `worker ${member.worker.pid} asked for a prog that is not its to have`);
      return;
    }
    member.launched.add(number);
    if (path === member.door) {
      spawner.launch(member.id, client, report);
    } else {
      const message = "the spawner died";
      this.tellOf(number, { order: "failed", number, error: { ...NO_SPAWNER, message } });
    }
  }

  /** To the worker that serves a connection. */
  tellOf(number: number, order: ToWorker): void {
    for (const { worker, serving } of this.members) if (serving.has(number)) send(worker, order);
  }

  /** A worker that does what none of ours would do. */
  dismiss(id: number, how: string): void {
    for (const member of this.members) {
      if (member.id !== id) continue;
      this.lose(member, how);
      member.worker.kill("SIGKILL");
    }
  }

  /** It gets no messages, but it may serve: it ends what is open, as without us, and leaves. */
  private giveUp(member: Member): void {
    const { worker } = member;
    this.lose(member, "is silent");
    worker.disconnect();
    const rest = setTimeout(
      () => worker.kill("SIGKILL"),
      timerDelay(this.settings.grace * 1000 + BREATHER),
    ).unref();
    worker.once("exit", () => clearTimeout(rest));
  }

  private lose(member: Member, how: string): void {
    const { log, over } = this.settings;
    if (!this.members.delete(member)) return;
    member.handover.end();
    this.settings.spawner?.close(member.id);
    this.onReload?.(member, "a worker died meanwhile");
    for (const number of member.serving.keys()) over(number);
    if (this.closing || !member.ready) return;
    this.lost++;
    const { pid } = member.worker;
    const text = `worker ${pid} ${how} with ${member.serving.size} connections; replacing it`;
    log.warn("worker replaced", text);
    const lifetime = performance.now() - member.started;
    setTimeout(() => this.replace(), lifetime < BREATHER ? BREATHER : 0);
  }

  private replace(): void {
    if (this.closing || this.missing() <= 0) return;
    this.add(this.current).then(
      (member) => {
        if (member.generation !== this.current) return this.retire(member);
        member.ready = true;
        this.settings.ready();
      },
      (error: Error) => {
        this.settings.log.error(`unable to replace a worker: ${reasonOf(error)}`);
        setTimeout(() => this.replace(), BREATHER);
      },
    );
  }
}

const NO_SPAWNER = { code: "ECHILD", errno: undefined };

/** Nothing is said to a worker that is gone. One that misses an order would wait for it: it is replaced. */
function send(worker: ChildProcess, order: ToWorker): void {
  if (!worker.connected) return;
  worker.send(order, (error) => {
    if (error !== null) worker.kill("SIGKILL");
  });
}

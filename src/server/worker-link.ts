import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import type { Changes } from "../access/judgement.ts";
import { type ExitCode, ReportedFailure } from "../connection/exit-codes.ts";
import type { TcpEnds } from "../connection/tcp-variables.ts";
import { timerDelay } from "../connection/timers.ts";
import { effortOf } from "../io/platform.ts";
import { Handover } from "./handover.ts";
import type { Log } from "./log.ts";
import type { ClientFacts, ToPrimary, ToWorker } from "./messages.ts";
import type { SpawnerLink } from "./spawner-link.ts";
import { WorkerProgs } from "./worker-progs.ts";

/** So many milliseconds more than its connections a worker that is given up has to leave. */
const LEEWAY = 1000;

/** What a worker's reports lead to outside of the pool. */
export interface Reports {
  /** A connection has ended, with its worker or without. */
  readonly over: (number: number) => void;
  /** A proxy told that worker whose connection it is; `answer` says what becomes of it. */
  readonly proxied: (number: number, ends: TcpEnds, answer: (order: ToWorker) => void) => void;
  /** What a worker tells for /metrics; false: that is nothing that one of ours would say. */
  readonly told: (report: Extract<ToPrimary, { report: "counts" | "expiries" }>) => boolean;
}

/** What all links of a pool share. */
export interface LinkSettings {
  /** Seconds that a worker without us has for what is open. */
  readonly grace: number;
  /** Workers tell which client it is: a prog is announced once that is known. */
  readonly hearsClients: boolean;
  readonly log: Log;
  readonly reports: Reports;
  /** What every worker that reads the same files says. */
  readonly warning: (text: string) => void;
  /** It has read all files again; null: they are good. */
  readonly reloaded: (link: WorkerLink, problem: string | null) => void;
  /** It serves no more. */
  readonly lost: (link: WorkerLink, how: string) => void;
}

/** Which worker it is. */
export interface Birth {
  readonly id: number;
  /** Those of one generation have read the files together. */
  readonly generation: number;
  readonly process: ChildProcess;
  /** The process that starts its progs; null: it does so itself. */
  readonly spawner: SpawnerLink | null;
}

/** One worker, as the primary sees it: what it has, what it is told, and what it says. */
export class WorkerLink {
  readonly id: number;
  readonly generation: number;
  readonly spawner: SpawnerLink | null;
  readonly serving = new Map<number, ClientFacts>();
  /** It gets connections. */
  ready = false;
  private readonly process: ChildProcess;
  private readonly started = performance.now();
  private readonly handover: Handover;
  /** null: it starts progs itself. */
  private readonly progs: WorkerProgs | null;
  /** It serves what it has, and gets no more. */
  private retired = false;
  private hasEnded = false;

  constructor(
    private readonly settings: LinkSettings,
    { id, generation, process, spawner }: Birth,
  ) {
    this.id = id;
    this.generation = generation;
    this.process = process;
    this.spawner = spawner;
    this.progs =
      spawner &&
      new WorkerProgs({
        ...{ id, spawner },
        show: (path) => this.send({ order: "programs", path }),
      });
    this.handover = new Handover({
      ask: () => this.send({ order: "answer" }),
      lost: () => this.giveUp(),
      effort: () => effortOf(process.pid),
    });
  }

  /** None: it failed to fork. */
  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Milliseconds. */
  get age(): number {
    return performance.now() - this.started;
  }

  /**
   * Has it read the files.
   *
   * @returns (the promise) once it can serve
   * @throws (the promise) why it can't
   */
  begin(sets: readonly Changes[], kept: readonly string[]): Promise<void> {
    this.send({ order: "begin", group: this.progs?.group ?? null, sets, kept });
    return new Promise((resolve, reject) => {
      const { process } = this;
      let hasBegun = false;
      process.on("message", (message: ToPrimary) => {
        if (message.report === "failed") {
          reject(new ReportedFailure(message.text, message.exitCode as ExitCode));
          this.kill();
        } else if (message.report === "ready") {
          // Each time, the spawner would listen anew.
          if (hasBegun) return;
          hasBegun = true;
          this.handover.isAlive();
          this.showDoor().then(resolve, (error: Error) => {
            // It can't serve, and its place would be taken.
            this.kill();
            reject(error);
          });
        } else {
          this.hear(message);
        }
      });
      // A worker that failed to fork never emits 'exit'.
      process.on("error", reject);
      process.on("exit", (code, signal) => {
        reject(new Error(`it ended at once (${signal ?? code})`));
        this.settings.lost(this, `died (${signal ?? `code ${code}`})`);
      });
    });
  }

  serve(client: ClientFacts, socket: Socket): void {
    const { serving, handover } = this;
    serving.set(client.number, client);
    if (!this.settings.hearsClients) this.progs?.announce(client);
    const order: ToWorker = { order: "serve", client };
    this.process.send(order, socket, { keepOpen: false }, (error) => {
      if (error === null) handover.isAlive();
      if (error === null || !serving.has(client.number)) return;
      socket.destroy();
      this.over(client.number);
    });
    handover.send(socket);
  }

  /** Nothing is said to a worker that is gone. One that misses an order would wait for it: it is replaced. */
  send(order: ToWorker): void {
    const { process } = this;
    if (!process.connected) return;
    process.send(order, (error) => {
      if (error !== null) process.kill("SIGKILL");
    });
  }

  retire(): void {
    if (this.retired) return;
    this.ready = false;
    this.retired = true;
    this.send({ order: "retire" });
  }

  kill(): void {
    this.process.kill("SIGKILL");
  }

  /** Where it asks for progs, if it starts none itself. */
  async showDoor(): Promise<void> {
    await this.progs?.show();
  }

  /** What it has is over. */
  end(): void {
    this.handover.end();
    this.progs?.close();
    this.hasEnded = true;
    for (const number of this.serving.keys()) this.settings.reports.over(number);
  }

  /** It gets no messages, but it may serve: it ends what is open, as without us, and leaves. */
  private giveUp(): void {
    const { process, settings } = this;
    settings.lost(this, "is silent");
    process.disconnect();
    const rest = setTimeout(
      () => process.kill("SIGKILL"),
      timerDelay(settings.grace * 1000 + LEEWAY),
    ).unref();
    process.once("exit", () => clearTimeout(rest));
  }

  private hear(message: Exclude<ToPrimary, { report: "failed" | "ready" }>): void {
    const { reports, log } = this.settings;
    this.handover.isAlive();
    switch (message.report) {
      case "over":
        this.over(message.number);
        break;
      case "proxied":
        this.hearOfClient(message.number, message.ends);
        break;
      case "reloaded":
        this.settings.reloaded(this, message.problem);
        break;
      case "warning":
        this.settings.warning(message.text);
        break;
      case "here":
        this.handover.answered();
        break;
      case "counts":
      case "expiries":
        if (!reports.told(message)) {
          log.warn("denied", `worker ${this.pid} tells numbers that can't be`);
        }
        break;
    }
  }

  private hearOfClient(number: number, ends: TcpEnds): void {
    // Without proxies in front of us, a client's addresses are no worker's to tell.
    if (!this.settings.hearsClients || !this.serving.has(number)) return;
    this.settings.reports.proxied(number, ends, (order) => {
      // The connection, or the worker, may have ended while the client was judged.
      if (this.hasEnded || !this.serving.has(number)) return;
      // From now on, the client has the addresses that the PROXY header tells.
      if (order.order === "proceed") {
        this.serving.set(number, order.client);
        this.progs?.announce(order.client);
      }
      this.send(order);
    });
  }

  private over(number: number): void {
    if (!this.serving.delete(number)) return;
    this.progs?.withdraw(number);
    this.settings.reports.over(number);
  }
}

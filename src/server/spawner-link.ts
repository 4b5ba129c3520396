import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { SystemFailure } from "../cli/diagnostics.ts";
import { type ExitCode, ReportedFailure } from "../connection/exit-codes.ts";
import { effortOf } from "../io/platform.ts";
import { Handover } from "./handover.ts";
import type { Log } from "./log.ts";
import type { ClientFacts, FromSpawner, ToSpawner } from "./messages.ts";
import { startAs } from "./roles.ts";
import type { SocketFolder } from "./socket-folder.ts";

/** A spawner that is gone is replaced no sooner than after so many milliseconds. */
const BREATHER = 100;

/** So many milliseconds are waited for other connections that end. */
const GATHERING = 100;

export interface SpawnerLinkSettings {
  readonly log: Log;
  /** Workers are another user than the spawner. */
  readonly isApart: boolean;
  /** Where it can listen. */
  readonly folder: SocketFolder;
  /** A worker asked for a prog that is not its to have. */
  readonly denied: (worker: number) => void;
  /** A worker does to the spawner what none of ours would. */
  readonly misbehaved: (worker: number, how: string) => void;
  /** It listens in other places: tells workers where to connect. */
  readonly renewed: () => Promise<void>;
  /** Connections that waited for it can be served. */
  readonly ready: () => void;
}

/** The primary's side of the spawner: what it is asked, and what it has to answer for. */
export class SpawnerLink {
  /** It can start progs: there is one, and each worker knows where it listens. */
  isReady = true;

  /** Workers are another user than the spawner: it knows each by a group. */
  readonly isApart: boolean;

  /** Where it listens for each worker. */
  private readonly places = new Map<number, string>();
  private process: ChildProcess | null = null;
  /** Is it there for what it was told? A spawner that is stopped is killed, and replaced. */
  private handover: Handover | null = null;
  /** Connections that have ended, and that the spawner was not told of yet. */
  private ended: number[] = [];
  private withdrawal: NodeJS.Timeout | null = null;
  private readonly opening = new Map<string, (problem: string | null) => void>();
  private closing = false;
  private isRenewing = false;

  constructor(private readonly settings: SpawnerLinkSettings) {
    this.isApart = settings.isApart;
  }

  /** @throws {SystemFailure | ReportedFailure} (the promise) if it can't start */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = startAs("spawner");
      let hasBegun = false;
      this.process = child;
      this.handover = this.handoverOf(child);
      this.handover.told();
      child.on("message", (message: FromSpawner) => {
        this.handover?.isAlive();
        if (message.report === "ready") {
          hasBegun = true;
          resolve();
        } else if (message.report === "failed") {
          reject(new ReportedFailure(message.text, message.exitCode as ExitCode));
          child.kill("SIGKILL");
        } else {
          this.hear(message);
        }
      });
      const neverBegan = (error: Error) => {
        this.gone("died");
        reject(unableToStart(error));
      };
      child.on("error", (error) => {
        // A process that could not be made emits no "exit".
        if (child.pid === undefined) neverBegan(error);
      });
      child.on("exit", (code, signal) => {
        if (hasBegun) this.lost(child.pid, `died (${signal ?? `code ${code}`})`);
        else neverBegan(new Error(`it ended at once (${signal ?? code})`));
      });
    });
  }

  private handoverOf(child: ChildProcess): Handover {
    return new Handover({
      ask: () => this.send({ order: "answer" }),
      lost: () => {
        this.settings.log.warn("spawner is silent", `spawner ${child.pid} doesn't answer`);
        child.kill("SIGKILL");
      },
      effort: () => effortOf(child.pid),
    });
  }

  /**
   * Where a worker connects to: no other process is let in.
   *
   * @param group what the worker is a member of, and no other process; null: it is our user
   * @throws {Error} (the promise) if there is no spawner, or it can't listen
   */
  async open(worker: number, group: number | null): Promise<string> {
    const path = this.settings.folder.place();
    const problem = await new Promise<string | null>((resolve) => {
      this.opening.set(path, resolve);
      this.tell({ order: "open", worker, path, group });
      if (this.process === null) resolve("there is no spawner at the moment");
    });
    this.opening.delete(path);
    if (problem !== null) throw new Error(problem);
    this.places.set(worker, path);
    return path;
  }

  close(worker: number): void {
    this.places.delete(worker);
    this.tell({ order: "close", worker });
  }

  /** That worker serves this client: it may have one prog for it. */
  announce(worker: number, client: ClientFacts): void {
    this.tell({ order: "announce", worker, client });
    const place = this.places.get(worker);
    if (place !== undefined && !existsSync(place)) this.renew();
  }

  /** What cleans a folder of temporary files may take our sockets: later connections find others. */
  private renew(): void {
    if (this.isRenewing || this.process === null) return;
    this.isRenewing = true;
    this.settings
      .renewed()
      .catch(() => {})
      .finally(() => {
        this.isRenewing = false;
      });
  }

  /** A connection has ended. If it had no prog, it gets none. Told with others, soon. */
  withdraw(number: number): void {
    this.ended.push(number);
    this.withdrawal ??= setTimeout(() => {
      this.withdrawal = null;
      this.tell({ order: "withdraw", numbers: this.ended.splice(0) });
    }, GATHERING);
  }

  /** From now on, none that ends is replaced. */
  end(): void {
    this.closing = true;
  }

  private hear(message: Exclude<FromSpawner, { report: "ready" | "failed" }>): void {
    switch (message.report) {
      case "listening":
        this.opening.get(message.path)?.(null);
        break;
      case "unable":
        this.opening.get(message.path)?.(message.text);
        break;
      case "misbehaved":
        this.settings.misbehaved(message.worker, message.how);
        break;
      case "unannounced":
        // What was announced before goes before this answer.
        this.tell({ order: "deny", worker: message.worker, number: message.number });
        break;
      case "denied":
        this.settings.denied(message.worker);
        break;
      case "here":
        this.handover?.answered();
        break;
    }
  }

  /** Its progs may go on, but their exits would not be heard: workers end their connections. */
  private lost(pid: number | undefined, how: string): void {
    this.gone(how);
    if (this.closing) return;
    // A server that could not start for want of it has ended by then, and said so.
    setTimeout(() => {
      if (this.closing) return;
      this.settings.log.warn("spawner replaced", `spawner ${pid} ${how}; replacing it`);
      this.replace();
    }, BREATHER);
  }

  private gone(how: string): void {
    this.process = null;
    this.handover?.end();
    this.isReady = false;
    for (const resolve of this.opening.values()) resolve(`the spawner ${how}`);
  }

  private replace(): void {
    if (this.closing) return;
    this.start()
      .then(this.settings.renewed)
      .then(
        () => {
          this.isReady = true;
          this.settings.ready();
        },
        (error: Error) => {
          this.settings.log.error(`unable to replace the spawner: ${error.message}`);
          // One that can't listen is replaced when it has ended.
          if (this.process !== null) this.process.kill("SIGKILL");
          else setTimeout(() => this.replace(), BREATHER * 10);
        },
      );
  }

  private tell(order: ToSpawner): void {
    this.send(order);
    this.handover?.told();
  }

  private send(order: ToSpawner): void {
    if (this.process?.connected) this.process.send(order, () => {});
  }
}

function unableToStart(error: Error): SystemFailure {
  return new SystemFailure("unable to start the spawner", error);
}

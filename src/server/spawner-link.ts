import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SystemFailure } from "../cli/diagnostics.ts";
import { makeTemporaryFolder } from "../io/temporary-folder.ts";
import type { Ending } from "../program/program.ts";
import type { Log } from "./log.ts";
import type { ClientFacts, FailedStart, FromSpawner, StartReport, ToSpawner } from "./messages.ts";
import { startAs } from "./roles.ts";

/** A spawner that is gone is replaced no sooner than after so many milliseconds. */
const BREATHER = 100;

export interface SpawnerLinkSettings {
  readonly log: Log;
  readonly ended: (number: number, ending: Ending) => void;
  readonly failed: (number: number, error: FailedStart) => void;
  /** There is a new one: tells workers where to connect. */
  readonly renewed: () => Promise<void>;
  /** Connections that waited for it can be served. */
  readonly ready: () => void;
}

/** The primary's side of the spawner: what it is asked, and what it has to answer for. */
export class SpawnerLink {
  /** It can start progs: there is one, and each worker knows where it listens. */
  isReady = true;

  private readonly folder: string;
  private process: ChildProcess | null = null;
  private readonly progs = new Set<number>();
  private readonly opening = new Map<number, (problem: string | null) => void>();
  private closing = false;

  /** @throws {SystemFailure} if there can't be a folder for its sockets */
  constructor(private readonly settings: SpawnerLinkSettings) {
    try {
      this.folder = makeTemporaryFolder("s6-tlsserver-");
      // Workers may go through it, and see nothing in it.
      chmodSync(this.folder, 0o711);
    } catch (error) {
      throw new SystemFailure("unable to make a folder for sockets", error);
    }
    process.on("exit", () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** @throws {SystemFailure} (the promise) if it can't start */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = startAs("spawner");
      this.process = child;
      child.on("message", (message: FromSpawner) => {
        if (message.report === "ready") resolve();
        else this.hear(message);
      });
      child.on("error", (error) => reject(unableToStart(error)));
      child.on("exit", (code, signal) => {
        reject(unableToStart(new Error(`it ended at once (${signal ?? code})`)));
        this.lost(child, `${signal ?? `code ${code}`}`);
      });
    });
  }

  /** Where a worker connects to. Nobody else can guess it. */
  async open(worker: number): Promise<string> {
    const path = join(this.folder, randomBytes(16).toString("hex"));
    const problem = await new Promise<string | null>((resolve) => {
      this.opening.set(worker, resolve);
      this.tell({ order: "open", worker, path });
      if (this.process === null) resolve("there is no spawner at the moment");
    });
    this.opening.delete(worker);
    if (problem !== null) throw new SystemFailure("unable to start a worker", new Error(problem));
    return path;
  }

  close(worker: number): void {
    this.tell({ order: "close", worker });
  }

  /** One prog for a connection that the primary has given to that worker. */
  launch(worker: number, client: ClientFacts, { values, proxied, sockets }: StartReport): void {
    const { number } = client;
    if (this.process === null) {
      const message = "there is no spawner at the moment";
      this.settings.failed(number, { code: "EAGAIN", errno: undefined, message });
      return;
    }
    this.progs.add(number);
    this.tell({ order: "start", worker, number, client, values, proxied, sockets });
  }

  kill(number: number, signal: NodeJS.Signals): void {
    if (this.progs.has(number)) this.tell({ order: "kill", number, signal });
  }

  signalAll(signals: readonly NodeJS.Signals[]): void {
    this.tell({ order: "signal", signals });
  }

  /** From now on, none that ends is replaced. */
  end(): void {
    this.closing = true;
  }

  private hear(message: Exclude<FromSpawner, { report: "ready" }>): void {
    switch (message.report) {
      case "listening":
        this.opening.get(message.worker)?.(null);
        break;
      case "unable":
        this.opening.get(message.worker)?.(message.text);
        break;
      case "ended":
        if (this.progs.delete(message.number)) this.settings.ended(message.number, message.ending);
        break;
      case "failed":
        if (this.progs.delete(message.number)) this.settings.failed(message.number, message.error);
        break;
    }
  }

  /** Its progs may go on, but nobody would hear of their end: their connections end now. */
  private lost(child: ChildProcess, how: string): void {
    if (this.process !== child) return;
    this.process = null;
    this.isReady = false;
    for (const resolve of this.opening.values()) resolve("the spawner died");
    if (this.closing) return;
    this.settings.log.warn("spawner replaced", `spawner ${child.pid} died (${how}); replacing it`);
    const error = { code: "ECHILD", errno: undefined, message: "the spawner died" };
    for (const number of this.progs) this.settings.failed(number, error);
    this.progs.clear();
    setTimeout(() => this.replace(), BREATHER);
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
          setTimeout(() => this.replace(), BREATHER * 10);
        },
      );
  }

  private tell(order: ToSpawner): void {
    if (this.process?.connected) this.process.send(order, () => {});
  }
}

function unableToStart(error: Error): SystemFailure {
  return new SystemFailure("unable to start the spawner", error);
}

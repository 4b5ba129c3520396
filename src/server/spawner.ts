import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { describe, exitCodeOf } from "../connection/exit-codes.ts";
import type { Privileges } from "../program/privileges.ts";
import { endingOf } from "../program/program.ts";
import type { BareSocket } from "./bare-sockets.ts";
import { Door } from "./door.ts";
import { becomeServerOwner } from "./ids.ts";
import type {
  ClientFacts,
  FromSpawner,
  OpenOrder,
  StartOrder,
  ToSpawner,
  WorkerToSpawner,
} from "./messages.ts";
import { type ProgSettings, ProgStarter } from "./prog-starter.ts";

/** One worker, as it is known here. */
interface Client {
  readonly door: Door;
  /** Orders that came before the primary's word on their connections, or without one. */
  readonly unannounced: Map<number, StartOrder>;
  /** Signals for progs that were asked for and have not started yet. */
  readonly early: Map<number, Set<NodeJS.Signals>>;
}

export interface SpawnerSettings extends ProgSettings {
  /** What the spawner itself becomes; nulls: it stays what it is. */
  readonly owner: Privileges;
}

/** What came for an order. */
interface Connected {
  readonly sockets: readonly [BareSocket, BareSocket];
  readonly door: Door;
  readonly early: Iterable<NodeJS.Signals>;
}

/**
 * The process that starts progs: where root gives its rights up, as another user than its own. It believes no worker: it gets
 * a connection's number, which the primary vouches for, and values for variables whose names
 * it knows by itself. It knows no key, and reads no byte of what a worker's sockets carry for prog.
 */
export class Spawner {
  private readonly workers = new Map<number, Client>();
  /** Connections that may have a prog, and have none yet. */
  private readonly announced = new Map<number, { worker: number; client: ClientFacts }>();
  private readonly progs = new Map<number, { prog: ChildProcess; door: Door }>();
  private readonly starter: ProgStarter;
  private isOrphan = false;
  /** Of its sockets; null: it has none yet. */
  private folder: string | null = null;

  constructor(private readonly settings: SpawnerSettings) {
    this.starter = new ProgStarter(settings);
  }

  start(): void {
    // The primary decides what these mean.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"] as const) {
      process.on(signal, () => {});
    }
    process.on("message", (order: ToSpawner) => this.obey(order));
    process.on("disconnect", () => this.orphaned());
    try {
      becomeServerOwner(this.settings.owner, null);
      tell({ report: "ready" });
    } catch (error) {
      tell({ report: "failed", text: describe(error), exitCode: exitCodeOf(error) });
    }
  }

  private obey(order: ToSpawner): void {
    switch (order.order) {
      case "open":
        this.open(order);
        break;
      case "close":
        this.close(order.worker);
        break;
      case "announce":
        this.announce(order.worker, order.client);
        break;
      case "withdraw":
        for (const number of order.numbers) this.announced.delete(number);
        break;
      case "deny":
        this.deny(order.worker, order.number);
        break;
      case "answer":
        tell({ report: "here" });
        break;
    }
  }

  private open(order: OpenOrder): void {
    const { worker, path } = order;
    this.close(worker);
    this.folder = dirname(path);
    const door = new Door({
      order,
      mostWaiting: this.mostWaiting,
      opened: (problem) => {
        if (problem === null) tell({ report: "listening", path });
        else tell({ report: "unable", path, text: problem.message });
      },
      heard: (message) => this.hear(worker, door, message),
      misbehaved: (how) => this.misbehaved(worker, how),
      unlinked: () => this.leaveIfDone(),
    });
    this.workers.set(worker, { door, unannounced: new Map(), early: new Map() });
  }

  /** Two for each connection that a worker can have, and some whose end has not been heard of. */
  private get mostWaiting(): number {
    return 4 * this.settings.server.maxConnections + 64;
  }

  private misbehaved(worker: number, how: string): void {
    this.close(worker);
    tell({ report: "misbehaved", worker, how });
  }

  /** That worker is no more, or gets no more progs. */
  private close(worker: number): void {
    const client = this.workers.get(worker);
    if (client === undefined) return;
    this.workers.delete(worker);
    for (const [number, one] of this.announced) {
      if (one.worker === worker) this.announced.delete(number);
    }
    client.door.close();
  }

  private announce(worker: number, client: ClientFacts): void {
    const { number } = client;
    this.announced.set(number, { worker, client });
    const early = this.workers.get(worker)?.unannounced;
    const order = early?.get(number);
    if (order === undefined) return;
    early?.delete(number);
    this.startFor(worker, order);
  }

  private hear(worker: number, door: Door, message: WorkerToSpawner): void {
    if (message.order === "start") {
      this.startFor(worker, message);
      return;
    }
    const { number, signal } = message;
    const one = this.progs.get(number);
    if (one === undefined) this.workers.get(worker)?.early.get(number)?.add(signal);
    else if (one.door === door) one.prog.kill(signal);
  }

  /** One prog for each connection that the primary has announced; no worker is believed more. */
  private startFor(worker: number, order: StartOrder): void {
    const { number } = order;
    const one = this.workers.get(worker);
    if (one === undefined) return;
    const announced = this.announced.get(number);
    const early = one.early.get(number) ?? new Set();
    one.early.set(number, early);
    if (announced?.worker !== worker) {
      this.wait(worker, one.unannounced, order);
      return;
    }
    this.announced.delete(number);
    one.door.await(number, (sockets) => {
      one.early.delete(number);
      if (sockets === null) this.failed(one.door, number, NOT_CONNECTED);
      else this.startProg(announced.client, order, { sockets, door: one.door, early });
    });
  }

  /** The primary's word comes by another way, and may be later. It is asked once for each order that waits. */
  private wait(worker: number, unannounced: Client["unannounced"], order: StartOrder): void {
    const { number } = order;
    const isTooMuch = unannounced.has(number) || unannounced.size >= this.mostWaiting;
    if (isTooMuch) {
      this.misbehaved(worker, "asks for progs without end");
      return;
    }
    unannounced.set(number, order);
    tell({ report: "unannounced", worker, number });
  }

  private deny(worker: number, number: number): void {
    const one = this.workers.get(worker);
    if (one?.unannounced.delete(number)) {
      one.early.delete(number);
      tell({ report: "denied", worker });
    }
  }

  private startProg(
    client: ClientFacts,
    order: StartOrder,
    { sockets, door, early }: Connected,
  ): void {
    const { number } = order;
    try {
      const prog = this.starter.start(client, order, sockets);
      this.progs.set(number, { prog, door });
      prog.on("error", (error: NodeJS.ErrnoException) => this.failed(door, number, error));
      prog.on("exit", (code, signal) => {
        this.progs.delete(number);
        door.tell({ report: "ended", number, ending: endingOf(code, signal) });
        this.leaveIfDone();
      });
      for (const signal of early) prog.kill(signal);
    } catch (error) {
      this.failed(door, number, error as NodeJS.ErrnoException);
    } finally {
      // Only this process' copies: they are prog's now.
      for (const socket of sockets) socket.close();
    }
  }

  private failed(door: Door, number: number, error: NodeJS.ErrnoException): void {
    const { code, errno, message } = error;
    this.progs.delete(number);
    door.tell({ report: "failed", number, error: { code, errno, message } });
  }

  /** Without a primary there are no new progs. Workers still hear of the ends of those that there are. */
  private orphaned(): void {
    this.isOrphan = true;
    for (const worker of [...this.workers.keys()]) this.close(worker);
    this.removeFolder();
    this.leaveIfDone();
  }

  /** A primary that was killed leaves it, and in it there may be sockets of spawners that were killed. */
  private removeFolder(): void {
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
  }

  private leaveIfDone(): void {
    if (!this.isOrphan) return;
    const hasListener = [...this.progs.values()].some(({ door }) => door.isLinked);
    // What was told last is still to be written.
    if (!hasListener) setImmediate(() => process.exit(0));
  }
}

/** What a worker is told about an order whose sockets never came. */
const NOT_CONNECTED: NodeJS.ErrnoException = Object.assign(
  new Error("its worker did not connect to the spawner"),
  { code: "ETIMEDOUT" },
);

function tell(message: FromSpawner): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

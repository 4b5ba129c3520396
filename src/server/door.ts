import { chmodSync, chownSync } from "node:fs";
import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { constants } from "node:os";
import { type BareSocket, listenForBare } from "./bare-sockets.ts";
import { BadChannel, FrameReader, isRecord, sendFrame } from "./frames.ts";
import {
  linkOf,
  type OpenOrder,
  type SpawnerToWorker,
  type StartOrder,
  type WorkerToSpawner,
} from "./messages.ts";
import { keyOf, STANDARD_INPUT, STANDARD_OUTPUT, takeLabel } from "./socket-label.ts";

export interface DoorSettings {
  readonly order: OpenOrder;
  /** So many sockets and orders may wait; more are a flood. */
  readonly mostWaiting: number;
  /** It listens, for the worker alone; or the reason why not. May be called again when it has closed. */
  readonly opened: (problem: Error | null) => void;
  /** What the worker says: its form is right, and nothing else of it. */
  readonly heard: (message: WorkerToSpawner) => void;
  readonly misbehaved: (how: string) => void;
  readonly unlinked: () => void;
}

/**
 * A worker tells of sockets that are connected already, and tells at once. So many milliseconds may pass
 * for an order to get its sockets, and for a socket to get its order.
 */
const PATIENCE = 10_000;

/** So many connections may wait to be accepted. */
const BACKLOG = 4096;

const ALL_ALLOWED = { pauseOnConnect: true, allowHalfOpen: true };

/** An order whose sockets have not been accepted yet. */
interface Awaited {
  /** null: they never came. */
  readonly arrived: (sockets: readonly [input: BareSocket, output: BareSocket] | null) => void;
  readonly patience: NodeJS.Timeout;
}

/** Where one worker connects to: twice for each prog, and once more to tell and be told about them. */
export class Door {
  private readonly servers: readonly Server[];
  /** So many of them let the worker in. */
  private opened = 0;
  private link: Socket | null = null;
  /** All sockets for progs, and when each is given up. */
  private readonly sockets = new Map<BareSocket, NodeJS.Timeout>();
  /** Their labels have not come yet. */
  private readonly unlabelled = new Set<BareSocket>();
  /** By their labels. */
  private readonly waiting = new Map<bigint, BareSocket>();
  private readonly awaited = new Map<number, Awaited>();

  constructor(private readonly settings: DoorSettings) {
    const { path } = settings.order;
    const connected = (socket: Socket) => this.useLink(socket);
    this.servers = [
      this.listen(path, (options) => listenForBare(options, (socket) => this.take(socket))),
      this.listen(linkOf(path), (options) => createServer(ALL_ALLOWED, connected).listen(options)),
    ];
  }

  /** The worker can be told something. */
  get isLinked(): boolean {
    return this.link !== null;
  }

  tell(message: SpawnerToWorker): void {
    if (this.link !== null) this.attempt(() => sendFrame(this.link as Socket, message));
  }

  /** Waits for both sockets of that connection. Once for each number. */
  await(number: number, arrived: Awaited["arrived"]): void {
    const patience = setTimeout(() => this.giveUp(number), PATIENCE);
    this.awaited.set(number, { arrived, patience });
    if (this.awaited.size > this.settings.mostWaiting) this.flooded();
    this.serve();
  }

  /** Nothing new comes in. What has its prog goes on, and its end is told, as long as there is a link. */
  close(): void {
    for (const server of this.servers) server.close();
    for (const socket of [...this.sockets.keys()]) this.drop(socket);
    for (const number of [...this.awaited.keys()]) this.giveUp(number);
  }

  private listen(path: string, listening: (options: ListenOptions) => Server): Server {
    const { opened, order } = this.settings;
    // It listens when this call is over, and until its owner is set, at most root may connect.
    const umask = process.umask(0o777);
    const server = listening({ path, backlog: BACKLOG });
    process.umask(umask);
    server.on("error", opened);
    // One that is closed at once never says that it listens, and the primary waits for an answer.
    server.on("close", () => opened(new Error("it was closed")));
    server.on("listening", () => {
      try {
        if (order.group !== null) chownSync(path, 0, order.group);
        chmodSync(path, order.group === null ? 0o600 : 0o660);
        if (++this.opened === this.servers.length) opened(null);
      } catch (error) {
        opened(error as Error);
      }
    });
    return server;
  }

  private take(socket: BareSocket): void {
    const patience = setTimeout(() => this.drop(socket), PATIENCE);
    this.sockets.set(socket, patience);
    this.unlabelled.add(socket);
    // Without an order, a label need not have come yet.
    if (this.awaited.size > 0) this.serve();
    if (this.sockets.size > this.settings.mostWaiting) this.flooded();
  }

  private useLink(socket: Socket): void {
    socket.on("error", () => {});
    if (this.link !== null) {
      socket.destroy();
      return;
    }
    const reader = new FrameReader();
    this.link = socket;
    socket.on("data", (chunk) => {
      this.attempt(() => {
        for (const message of reader.read(chunk)) this.settings.heard(checked(message));
      });
    });
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      this.link = null;
      this.settings.unlinked();
    });
    socket.resume();
  }

  private attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof BadChannel)) throw error;
      this.link?.destroy();
      this.settings.misbehaved(`talks to the spawner as none does: ${error.message}`);
    }
  }

  /** All workers share the descriptors of this process: one that uses them up loses its socket. */
  private flooded(): void {
    this.settings.misbehaved("connects to the spawner without need");
  }

  private giveUp(number: number): void {
    const awaited = this.awaited.get(number);
    if (awaited === undefined) return;
    clearTimeout(awaited.patience);
    this.awaited.delete(number);
    awaited.arrived(null);
  }

  private serve(): void {
    this.readLabels();
    for (const [number, { arrived, patience }] of [...this.awaited]) {
      const input = this.waiting.get(keyOf(number, STANDARD_INPUT));
      const output = this.waiting.get(keyOf(number, STANDARD_OUTPUT));
      if (input === undefined || output === undefined) continue;
      clearTimeout(patience);
      this.awaited.delete(number);
      for (const socket of [input, output]) this.forget(socket);
      arrived([input, output]);
    }
  }

  private readLabels(): void {
    for (const socket of this.unlabelled) {
      const label = takeLabel(socket.fd);
      if (label === null) continue;
      this.unlabelled.delete(socket);
      if (label === undefined || this.waiting.has(label)) this.drop(socket);
      else this.waiting.set(label, socket);
    }
  }

  private drop(socket: BareSocket): void {
    this.forget(socket);
    socket.close();
  }

  private forget(socket: BareSocket): void {
    clearTimeout(this.sockets.get(socket));
    this.sockets.delete(socket);
    this.unlabelled.delete(socket);
    for (const [key, one] of this.waiting) if (one === socket) this.waiting.delete(key);
  }
}

/** @throws {BadChannel} unless it has the form of an order */
function checked(message: Record<string, unknown>): WorkerToSpawner {
  const { order, number, signal, values, proxied } = message;
  if (!Number.isSafeInteger(number)) throw new BadChannel("a number is none");
  if (order === "kill" && typeof signal === "string" && Object.hasOwn(constants.signals, signal)) {
    return { order, number: number as number, signal: signal as NodeJS.Signals };
  }
  if (order === "start" && isRecord(values) && isRecord(proxied)) {
    return { order, number: number as number, ...({ values, proxied } as Values) };
  }
  throw new BadChannel("an order is none of ours");
}

type Values = Pick<StartOrder, "values" | "proxied">;

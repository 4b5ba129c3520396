import { connect, type Socket } from "node:net";
import { CannotRun, type Ending } from "../program/program.ts";
import type { FailedStart, ToPrimary } from "./messages.ts";
import type { Launch, Programs, Running } from "./programs.ts";

/**
 * Progs that the spawner starts. The worker connects twice to the spawner's socket for each, once for
 * either direction: with one socket for both, prog's closing of its output would show only when prog
 * ends. The spawner never reads them, and tells them apart by the order in which they came.
 */
export class RemotePrograms implements Programs {
  private readonly running = new Map<number, { launch: Launch; sockets: readonly Socket[] }>();
  private door: Door;

  constructor(
    path: string,
    private readonly command: readonly string[],
    private readonly tell: (message: ToPrimary) => void,
  ) {
    this.door = { path, connected: 0 };
  }

  /** There is a new spawner, and it listens there. */
  redirect(path: string): void {
    this.door = { path, connected: 0 };
  }

  launch(launch: Launch): Running {
    const { number } = launch.client;
    const { path } = this.door;
    const [writable, readable] = [this.connection(launch, true), this.connection(launch, false)];
    this.running.set(number, { launch, sockets: [writable.socket, readable.socket] });
    Promise.all([writable.order, readable.order]).then(
      (sockets) => {
        const values = Object.fromEntries(launch.session);
        const proxied = Object.fromEntries(launch.proxied);
        this.tell({ report: "start", number, values, proxied, path, sockets });
      },
      // It was told of already.
      () => {},
    );
    // What prog would say on its standard input is nobody's.
    writable.socket.resume();
    return {
      readable: readable.socket,
      writable: writable.socket,
      kill: (signal) => this.tell({ report: "kill", number, signal }),
    };
  }

  ended(number: number, ending: Ending): void {
    const one = this.running.get(number);
    this.running.delete(number);
    // What prog has not taken will never be taken, as with a pipe of Node's own.
    one?.sockets[0]?.destroy();
    one?.launch.ended(ending);
  }

  failed(number: number, { code, errno, message }: FailedStart): void {
    const one = this.running.get(number);
    this.running.delete(number);
    for (const socket of one?.sockets ?? []) socket.destroy();
    one?.launch.failed(this.cannotRun(Object.assign(new Error(message), { code, errno })));
  }

  private cannotRun(error: NodeJS.ErrnoException): CannotRun {
    return new CannotRun(this.command, error);
  }

  private connection(
    launch: Launch,
    allowHalfOpen: boolean,
  ): { socket: Socket; order: Promise<number> } {
    const { door } = this;
    const socket = connect({ path: door.path, allowHalfOpen });
    const order = new Promise<number>((resolve, reject) => {
      // Events come in the order of the system calls, and the spawner accepts in the same.
      socket.once("connect", () => resolve(door.connected++));
      socket.once("error", (error: NodeJS.ErrnoException) => {
        reject(error);
        if (!this.running.delete(launch.client.number)) return;
        launch.failed(this.cannotRun(error));
      });
    });
    order.catch(() => {});
    return { socket, order };
  }
}

/** A socket of the spawner's, and how many connections to it there were. */
interface Door {
  readonly path: string;
  connected: number;
}

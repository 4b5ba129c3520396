import { connect, type Socket } from "node:net";
import { CannotRun, type Ending } from "../program/program.ts";
import type { FailedStart, ToPrimary } from "./messages.ts";
import type { Launch, Programs, Running } from "./programs.ts";
import { labelOf, type Purpose, STANDARD_INPUT, STANDARD_OUTPUT } from "./socket-label.ts";

/**
 * Progs that the spawner starts. The worker connects twice to the spawner's socket for each, once for
 * either direction: with one socket for both, prog's closing of its output would show only when prog
 * ends. The spawner reads a label from each, and nothing else.
 */
export class RemotePrograms implements Programs {
  private readonly running = new Map<number, { launch: Launch; sockets: readonly Socket[] }>();

  constructor(
    private path: string,
    private readonly command: readonly string[],
    private readonly tell: (message: ToPrimary) => void,
  ) {}

  /** There is a new spawner, and it listens there. */
  redirect(path: string): void {
    this.path = path;
  }

  launch(launch: Launch): Running {
    const { number } = launch.client;
    const { path } = this;
    const writable = this.connection(launch, STANDARD_INPUT);
    const readable = this.connection(launch, STANDARD_OUTPUT);
    this.running.set(number, { launch, sockets: [writable.socket, readable.socket] });
    Promise.all([writable.isLabelled, readable.isLabelled]).then(
      () => {
        const values = Object.fromEntries(launch.session);
        const proxied = Object.fromEntries(launch.proxied);
        this.tell({ report: "start", number, values, proxied, path });
      },
      // It was told of already.
      () => {},
    );
    // Prog can write to its standard input, a socket; what it writes there is not read.
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
    purpose: Purpose,
  ): { socket: Socket; isLabelled: Promise<void> } {
    const { number } = launch.client;
    const socket = connect({ path: this.path, allowHalfOpen: purpose === STANDARD_INPUT });
    const isLabelled = new Promise<void>((resolve, reject) => {
      socket.write(labelOf(number, purpose), (error) => (error ? reject(error) : resolve()));
      socket.once("error", (error: NodeJS.ErrnoException) => {
        reject(error);
        const one = this.running.get(number);
        if (!this.running.delete(number)) return;
        for (const each of one?.sockets ?? []) each.destroy();
        launch.failed(this.cannotRun(error));
      });
    });
    isLabelled.catch(() => {});
    return { socket, isLabelled };
  }
}

import { connect, type Socket } from "node:net";
import { CannotRun, type Ending } from "../program/program.ts";
import type { FailedStart, ToPrimary } from "./messages.ts";
import type { Launch, Programs, Running } from "./programs.ts";
import { labelOf, STANDARD_INPUT, STANDARD_OUTPUT } from "./socket-label.ts";

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
    const writable = connect({ path, allowHalfOpen: true });
    const readable = connect({ path });
    this.running.set(number, { launch, sockets: [writable, readable] });
    // Prog never leaves anything unread there, so that an error is the spawner's.
    readable.on("error", (error) => this.unable(number, error));
    // Here, it may be prog's way of ending: with input that it has not read. Its answer is still to come.
    writable.on("error", () => {});
    const labels = [
      this.label(writable, labelOf(number, STANDARD_INPUT)),
      this.label(readable, labelOf(number, STANDARD_OUTPUT)),
    ];
    Promise.all(labels).then(
      () => {
        const values = Object.fromEntries(launch.session);
        const proxied = Object.fromEntries(launch.proxied);
        this.tell({ report: "start", number, values, proxied, path });
      },
      (error: Error) => this.unable(number, error),
    );
    // Prog can write to its standard input, a socket; what it writes there is not read.
    writable.resume();
    return {
      readable,
      writable,
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

  /** There will be no prog for that connection. */
  private unable(number: number, error: NodeJS.ErrnoException): void {
    const one = this.running.get(number);
    if (!this.running.delete(number)) return;
    for (const socket of one?.sockets ?? []) socket.destroy();
    one?.launch.failed(this.cannotRun(error));
  }

  private cannotRun(error: NodeJS.ErrnoException): CannotRun {
    return new CannotRun(this.command, error);
  }

  /**
   * Writes a socket's label.
   *
   * @throws (the promise) why it could not be written
   */
  private async label(socket: Socket, label: Buffer): Promise<void> {
    let failure: Error | null = null;
    socket.once("error", (error) => {
      failure = error;
    });
    const isWritten = await new Promise<boolean>((resolve) => {
      socket.write(label, (error) => {
        if (!error) resolve(true);
        // A failure is told between this call and the socket's close.
        else if (socket.closed) resolve(false);
        else socket.once("close", () => resolve(false));
      });
    });
    if (isWritten) return;
    if (failure !== null) throw failure;
    // The tunnel has closed it already: a client that says something and leaves has its prog all the
    // same, which finds this end closed.
    await this.labelClosed(label);
  }

  private labelClosed(label: Buffer): Promise<void> {
    const socket = connect({ path: this.path });
    return new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.end(label, () => {
        socket.destroy();
        resolve();
      });
    });
  }
}

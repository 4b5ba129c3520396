import { connect, type Socket } from "node:net";
import { CannotRun, type Ending } from "../program/program.ts";
import { BadChannel, FrameReader, sendFrame } from "./frames.ts";
import {
  type FailedStart,
  linkOf,
  type SpawnerToWorker,
  type WorkerToSpawner,
} from "./messages.ts";
import type { Launch, Programs, Running } from "./programs.ts";
import { labelOf, STANDARD_INPUT, STANDARD_OUTPUT } from "./socket-label.ts";

/**
 * Progs that the spawner starts. The worker connects twice to the spawner's socket for each, once for
 * either direction: with one socket for both, prog's closing of its output would show only when prog
 * ends. The spawner reads a label from each, and nothing else. What the two tell each other goes by one
 * more connection, the link, which stands as long as the spawner.
 */
export class RemotePrograms implements Programs {
  private readonly running = new Map<number, { launch: Launch; sockets: readonly Socket[] }>();
  private link: Socket | null = null;

  constructor(
    private readonly path: string,
    private readonly command: readonly string[],
  ) {
    this.link = this.connectLink();
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
    // The client's first bytes may be here already: they leave with the label.
    writable.cork();
    process.nextTick(() => writable.uncork());
    const labels = [
      this.label(writable, labelOf(number, STANDARD_INPUT)),
      this.label(readable, labelOf(number, STANDARD_OUTPUT)),
    ];
    const asked = Promise.all(labels).then(
      () => {
        const values = Object.fromEntries(launch.session);
        const proxied = Object.fromEntries(launch.proxied);
        this.tell({ order: "start", number, values, proxied });
      },
      (error: Error) => this.unable(number, error),
    );
    // Prog can write to its standard input, a socket; what it writes there is not read.
    writable.resume();
    return {
      readable,
      writable,
      // Behind the order for it, without which the spawner would not know what the signal is for.
      kill: (signal) => void asked.then(() => this.tell({ order: "kill", number, signal })),
    };
  }

  private tell(message: WorkerToSpawner): void {
    this.link ??= this.connectLink();
    attempt(this.link, (link) => sendFrame(link, message));
  }

  /** A spawner that is short of descriptors hangs up at once: the next prog's message tries anew. */
  private connectLink(): Socket {
    const link = connect({ path: linkOf(this.path) });
    const reader = new FrameReader();
    let reason: NodeJS.ErrnoException = GONE;
    link.on("data", (chunk) => {
      attempt(link, () => {
        for (const message of reader.read(chunk)) this.hear(message as unknown as SpawnerToWorker);
      });
    });
    link.on("error", (error) => {
      reason = error;
    });
    link.on("close", () => {
      this.link = null;
      // Their ends would not be heard.
      for (const number of [...this.running.keys()]) this.unable(number, reason);
    });
    return link;
  }

  private hear(message: SpawnerToWorker): void {
    if (message.report === "ended") this.ended(message.number, message.ending);
    else this.failed(message.number, message.error);
  }

  private ended(number: number, ending: Ending): void {
    const one = this.running.get(number);
    this.running.delete(number);
    // What prog has not taken will never be taken, as with a pipe of Node's own.
    one?.sockets[0]?.destroy();
    one?.launch.ended(ending);
  }

  private failed(number: number, { code, errno, message }: FailedStart): void {
    this.unable(number, Object.assign(new Error(message), { code, errno }));
  }

  /** There will be no prog for that connection, or there is none any more that could be heard of. */
  private unable(number: number, error: NodeJS.ErrnoException): void {
    const one = this.running.get(number);
    if (!this.running.delete(number)) return;
    for (const socket of one?.sockets ?? []) socket.destroy();
    one?.launch.failed(new CannotRun(this.command, error));
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

/** If the spawner reads nothing, or talks nonsense, connections fail, and not the worker. */
function attempt(link: Socket, action: (link: Socket) => void): void {
  try {
    action(link);
  } catch (error) {
    if (!(error instanceof BadChannel)) throw error;
    link.destroy(new Error(`the spawner: ${error.message}`, { cause: error }));
  }
}

const GONE: NodeJS.ErrnoException = Object.assign(new Error("the spawner died"), {
  code: "ECHILD",
});

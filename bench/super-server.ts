import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type Environment, kill, start } from "./processes.ts";
import type { Credentials } from "./scratch.ts";

/** One process of a command, with an accepted connection as its descriptors 0 and 1. */
export interface Start {
  readonly child: ChildProcess;
  /** When it was started, on the clock of `performance.now`. */
  readonly at: number;
}

/**
 * Starts a command for one connection, as tcpserver would, but in view: who measures learns when
 * the process began and when it ended.
 */
export class SuperServer {
  private readonly server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  private started: Start | null = null;

  private constructor(command: readonly string[], environment: Environment) {
    this.server.once("connection", (connection) => {
      const at = performance.now();
      const child = start(command, { environment, stdio: [connection, connection, "ignore"] });
      this.started = { child, at };
      // Only this process' copy of the descriptor: the connection is the command's now.
      connection.destroy();
      this.server.close();
    });
  }

  /** @param surroundings what the environment holds besides the credentials */
  static async of(
    command: readonly string[],
    credentials: Credentials,
    surroundings: Environment = {},
  ): Promise<SuperServer> {
    const { keyFile: KEYFILE, certFile: CERTFILE } = credentials;
    const own = new SuperServer(command, { ...surroundings, KEYFILE, CERTFILE });
    own.server.listen(0, "127.0.0.1");
    await once(own.server, "listening");
    return own;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The process, once a connection is there. */
  get start(): Start {
    if (this.started === null) throw new Error("nothing was started yet");
    return this.started;
  }

  close(): void {
    this.server.close();
    if (this.started !== null) kill(this.started.child);
  }
}

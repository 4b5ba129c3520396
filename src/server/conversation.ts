import type { Socket } from "node:net";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { Connection, connectionOptions, type Streams } from "../connection/connection.ts";
import { sessionVariables } from "../connection/session-variables.ts";
import type { Ending } from "../program/program.ts";
import type { ProxyHeader } from "../proxy-protocol/header.ts";
import type { Engine, Session } from "../sandbox/engine.ts";
import { closed, opened } from "./connection-log.ts";
import type { Turns } from "./handshake-turns.ts";
import type { Log } from "./log.ts";
import type { ClientFacts } from "./messages.ts";
import type { Meter } from "./meter.ts";
import type { Programs, Running } from "./programs.ts";
import { proxiedVariables } from "./proxied-variables.ts";

export interface ConversationSettings {
  readonly client: ClientFacts;
  /** What a proxy said in front of TLS; null: there is none. */
  readonly header: ProxyHeader | null;
  readonly socket: Socket;
  readonly engine: Engine;
  readonly server: SuperServerSettings;
  readonly command: readonly string[];
  readonly programs: Programs;
  readonly log: Log;
  readonly turns: Turns;
  /** What `Connection` doesn't count. */
  readonly meter: Meter;
  /** The handshake is done, or there will be none. Called once. */
  readonly keyUsed: () => void;
  /** The tunnel is over, and prog has ended. Called once. */
  readonly over: () => void;
}

/** One client, its tunnel, and its prog. */
export class Conversation {
  private readonly connection: Connection;
  private readonly startTime = performance.now();
  private program: Running | null = null;
  private ending: Ending | null = null;
  private failure: Error | null = null;
  private tunnelOver = false;

  constructor(private readonly settings: ConversationSettings) {
    const { client, socket, engine, server } = settings;
    opened(settings.log, client);
    this.connection = new Connection({
      ...connectionOptions(server),
      engine,
      network: { readable: socket, writable: socket },
      peer: `${client.remoteAddress}:${client.remotePort}`,
      turns: settings.turns,
      keyUsed: settings.keyUsed,
      established: (session) => this.startProgram(session),
      over: (failure) => {
        this.tunnelOver = true;
        this.failure = failure;
        this.settle();
      },
    });
  }

  /** A signal for prog, if there is one. */
  signal(signal: NodeJS.Signals): void {
    this.program?.kill(signal);
  }

  /** Kills prog, and drops the connection. */
  end(reason: Error): void {
    this.program?.kill("SIGKILL");
    if (!this.tunnelOver) this.connection.abort(reason);
  }

  private startProgram(session: Session): Streams {
    const { header } = this.settings;
    this.program = this.settings.programs.launch({
      client: this.settings.client,
      session: sessionVariables(session),
      proxied: new Map(header === null ? [] : proxiedVariables(header)),
      ended: (ending) => {
        this.ending = ending;
        this.settle();
      },
      failed: (error) => this.programFailed(error),
    });
    return this.program;
  }

  private programFailed(error: Error): void {
    this.program = null;
    if (!this.tunnelOver) {
      this.connection.abort(error);
      return;
    }
    // The end of prog's sockets was here before the news from the spawner.
    this.failure ??= error;
    this.settle();
  }

  private settle(): void {
    if (!this.tunnelOver || (this.program !== null && this.ending === null)) return;
    const { log, client } = this.settings;
    const seconds = (performance.now() - this.startTime) / 1000;
    const { failure, ending } = this;
    closed(log, { client, facts: this.connection.facts(failure), ending, seconds });
    this.settings.over();
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, chownSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { sessionVariableNames, type Variables } from "../connection/session-variables.ts";
import type { Privileges } from "../program/privileges.ts";
import { endingOf } from "../program/program.ts";
import type { FromSpawner, StartOrder, ToSpawner } from "./messages.ts";
import {
  commandFor,
  environmentFor,
  type ProgEnvironment,
  progEnvironment,
} from "./prog-environment.ts";

export interface SpawnerSettings {
  readonly server: SuperServerSettings;
  readonly command: readonly string[];
  /** Whom prog becomes; nulls: it stays root. */
  readonly progOwner: Privileges;
  /** Who may connect. */
  readonly workerUid: number;
}

/** What a worker has connected, and no prog has got yet; by the order in which it came. */
interface Door {
  readonly server: Server;
  readonly waiting: Map<number, Socket>;
  /** Orders whose sockets have not been accepted yet. */
  readonly orders: StartOrder[];
  accepted: number;
}

/** The longest value of a variable; names of a peer's certificate can be long. */
const VALUE_MAX = 131_071;

/**
 * The process that starts progs, as another user than the workers, whom it doesn't believe anything:
 * it gets a connection's number, which the primary vouches for, and values for variables whose names
 * it knows by itself. It knows no key, and never reads what a worker's sockets carry.
 */
export class Spawner {
  private readonly doors = new Map<number, Door>();
  private readonly progs = new Map<number, ChildProcess>();
  private readonly environment: ProgEnvironment;

  constructor(private readonly settings: SpawnerSettings) {
    this.environment = progEnvironment(settings.server);
  }

  start(): void {
    // The primary decides what these mean.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"] as const) {
      process.on(signal, () => {});
    }
    process.on("message", (order: ToSpawner) => this.obey(order));
    // Progs may end by themselves; without a primary there are no new ones.
    process.on("disconnect", () => process.exit(0));
    tell({ report: "ready" });
  }

  private obey(order: ToSpawner): void {
    switch (order.order) {
      case "open":
        this.open(order.worker, order.path);
        break;
      case "close":
        this.close(order.worker);
        break;
      case "start":
        this.doors.get(order.worker)?.orders.push(order);
        this.serve(order.worker);
        break;
      case "kill":
        this.progs.get(order.number)?.kill(order.signal);
        break;
      case "signal":
        for (const signal of order.signals) {
          for (const prog of this.progs.values()) prog.kill(signal);
        }
        break;
    }
  }

  private open(worker: number, path: string): void {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    const door: Door = { server, waiting: new Map(), orders: [], accepted: 0 };
    server.on("connection", (socket) => {
      door.waiting.set(door.accepted++, socket);
      this.serve(worker);
    });
    server.on("error", (error) => {
      tell({ report: "unable", worker, text: error.message });
    });
    server.listen({ path, backlog: BACKLOG }, () => {
      chmodSync(path, 0o600);
      chownSync(path, this.settings.workerUid, 0);
      tell({ report: "listening", worker });
    });
    this.doors.set(worker, door);
  }

  /** That worker is no more. */
  private close(worker: number): void {
    const door = this.doors.get(worker);
    this.doors.delete(worker);
    door?.server.close();
    for (const socket of door?.waiting.values() ?? []) socket.destroy();
  }

  private serve(worker: number): void {
    const door = this.doors.get(worker);
    if (door === undefined) return;
    const left: StartOrder[] = [];
    for (const order of door.orders.splice(0)) {
      const [input, output] = order.sockets.map((at) => door.waiting.get(at));
      if (input === undefined || output === undefined || input === output) {
        left.push(order);
        continue;
      }
      for (const at of order.sockets) door.waiting.delete(at);
      this.startProg(order, [input, output]);
    }
    door.orders.push(...left);
  }

  private startProg(order: StartOrder, [input, output]: [Socket, Socket]): void {
    const { number } = order;
    try {
      const prog = this.spawn(order, [input, output]);
      this.progs.set(number, prog);
      prog.on("error", (error: NodeJS.ErrnoException) => this.failed(number, error));
      prog.on("exit", (code, signal) => {
        this.progs.delete(number);
        tell({ report: "ended", number, ending: endingOf(code, signal) });
      });
    } catch (error) {
      this.failed(number, error as NodeJS.ErrnoException);
    } finally {
      // Only this process' copies: they are prog's now.
      input.destroy();
      output.destroy();
    }
  }

  private spawn(order: StartOrder, [input, output]: [Socket, Socket]): ChildProcess {
    const { progOwner } = this.settings;
    const command = commandFor(this.settings.command, order.client);
    const { uid, gid, groups } = progOwner;
    const ids = { ...(uid !== null && { uid }), ...(gid !== null && { gid }) };
    // Node drops all groups of a child that changes its user, and knows no others.
    const [file = "", ...args] = groups?.length ? [...withGroups(progOwner), ...command] : command;
    return spawn(file, args, {
      env: environmentFor(this.environment, {
        client: order.client,
        session: valuesOf(order.values, sessionVariableNames),
        proxied: given(valuesOf(order.proxied, PROXIED), order.proxied),
      }),
      stdio: [input, output, "inherit"],
      ...(groups?.length ? {} : ids),
    });
  }

  private failed(number: number, { code, errno, message }: NodeJS.ErrnoException): void {
    this.progs.delete(number);
    tell({ report: "failed", number, error: { code, errno, message } });
  }
}

/** So many connections may wait to be accepted. */
const BACKLOG = 4096;

function withGroups({ uid, gid, groups }: Privileges): string[] {
  const options = [`--groups=${(groups ?? []).join(",")}`];
  if (gid !== null) options.push(`--regid=${gid}`);
  if (uid !== null) options.push(`--reuid=${uid}`);
  return ["setpriv", ...options, "--"];
}

/** Of what a worker says, the values of the variables that there are. */
function valuesOf(values: Readonly<Record<string, unknown>>, names: readonly string[]): Variables {
  return new Map(
    names.map((name) => {
      const value = Object.hasOwn(values, name) ? values[name] : null;
      const isValue =
        typeof value === "string" && value.length <= VALUE_MAX && !value.includes("\0");
      return [name, isValue ? value : null];
    }),
  );
}

/** A header leaves as it is what it doesn't say. */
function given(variables: Variables, said: Readonly<Record<string, unknown>>): Variables {
  return new Map([...variables].filter(([name]) => Object.hasOwn(said, name)));
}

/** What a PROXY header may tell. */
const PROXIED = [
  ...["PROTO", "TCPREMOTEIP", "TCPREMOTEPORT", "TCPLOCALIP", "TCPLOCALPORT"],
  ...["IPCREMOTEPATH", "IPCLOCALPATH"],
  ...["SSL_TLS_SNI_SERVERNAME", "SSL_PROTOCOL", "SSL_CIPHER", "SSL_PEER_CERT_CN"],
];

function tell(message: FromSpawner): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { chmodSync, chownSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { sessionVariableNames, type Variables } from "../connection/session-variables.ts";
import { find } from "../program/exec.ts";
import type { Privileges } from "../program/privileges.ts";
import { endingOf } from "../program/program.ts";
import type { FromSpawner, OpenOrder, StartOrder, ToSpawner } from "./messages.ts";
import {
  commandFor,
  environmentFor,
  type ProgEnvironment,
  progEnvironment,
} from "./prog-environment.ts";
import { keyOf, STANDARD_INPUT, STANDARD_OUTPUT, takeLabel } from "./socket-label.ts";

export interface SpawnerSettings {
  readonly server: SuperServerSettings;
  readonly command: readonly string[];
  /** The user and groups that prog becomes; nulls: it stays root. */
  readonly progOwner: Privileges;
}

/** What a worker has connected, and no prog has got yet. */
interface Door {
  readonly server: Server;
  /** All sockets, and when each is given up. */
  readonly sockets: Map<Socket, NodeJS.Timeout>;
  /** Their labels have not come yet. */
  readonly unlabelled: Set<Socket>;
  /** By their labels. */
  readonly waiting: Map<bigint, Socket>;
  /** Orders whose sockets have not been accepted yet, and when each is given up. */
  readonly orders: Map<StartOrder, NodeJS.Timeout>;
}

/**
 * A worker tells of sockets that are connected already, and tells at once. So many milliseconds may pass
 * for an order to get its sockets, and for a socket to get its order.
 */
const PATIENCE = 10_000;

/** The longest value of a variable; names of a peer's certificate can be long. */
const VALUE_MAX = 131_071;

/**
 * The process that starts progs, as another user than the workers. It believes no worker: it gets
 * a connection's number, which the primary vouches for, and values for variables whose names
 * it knows by itself. It knows no key, and reads no byte of what a worker's sockets carry for prog.
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
        this.open(order);
        break;
      case "close":
        this.close(order.worker);
        break;
      case "start":
        this.take(order);
        break;
      case "answer":
        tell({ report: "here" });
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

  private open({ worker, path, group }: OpenOrder): void {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    const door: Door = {
      server,
      sockets: new Map(),
      unlabelled: new Set(),
      waiting: new Map(),
      orders: new Map(),
    };
    server.on("connection", (socket) => {
      const patience = setTimeout(() => socket.destroy(), PATIENCE);
      socket.once("close", () => forget(door, socket));
      door.sockets.set(socket, patience);
      door.unlabelled.add(socket);
      this.serve(door);
      if (door.sockets.size > this.mostWaiting) this.flooded(worker);
    });
    const unable = (error: Error) => tell({ report: "unable", path, text: error.message });
    server.on("error", unable);
    // One that is closed at once never says that it listens, and the primary waits for an answer.
    server.on("close", () => unable(new Error("it was closed")));
    // It listens when this call is over, and until its owner is set, root alone may connect.
    const umask = process.umask(0o777);
    server.listen({ path, backlog: BACKLOG }, () => {
      try {
        chownSync(path, 0, group);
        chmodSync(path, 0o660);
        tell({ report: "listening", path });
      } catch (error) {
        unable(error as Error);
      }
    });
    process.umask(umask);
    this.close(worker);
    this.doors.set(worker, door);
  }

  /** Two for each connection that a worker can have, and some whose end has not been heard of. */
  private get mostWaiting(): number {
    return 4 * this.settings.server.maxConnections + 64;
  }

  /** All workers share the descriptors of this process: one that uses them up loses its socket. */
  private flooded(worker: number): void {
    this.close(worker);
    tell({ report: "flooded", worker });
  }

  /** That worker is no more. */
  private close(worker: number): void {
    const door = this.doors.get(worker);
    if (door === undefined) return;
    this.doors.delete(worker);
    door.server.close();
    for (const socket of door.sockets.keys()) socket.destroy();
    for (const order of [...door.orders.keys()]) this.giveUp(door, order);
  }

  private take(order: StartOrder): void {
    const door = this.doors.get(order.worker);
    if (door === undefined) {
      this.failed(order.number, NOT_CONNECTED);
      return;
    }
    const patience = setTimeout(() => this.giveUp(door, order), PATIENCE);
    door.orders.set(order, patience);
    this.serve(door);
  }

  private giveUp(door: Door, order: StartOrder): void {
    clearTimeout(door.orders.get(order));
    door.orders.delete(order);
    this.failed(order.number, NOT_CONNECTED);
  }

  private serve(door: Door): void {
    readLabels(door);
    for (const [order, patience] of [...door.orders]) {
      const input = door.waiting.get(keyOf(order.number, STANDARD_INPUT));
      const output = door.waiting.get(keyOf(order.number, STANDARD_OUTPUT));
      if (input === undefined || output === undefined) continue;
      clearTimeout(patience);
      door.orders.delete(order);
      for (const socket of [input, output]) forget(door, socket);
      this.startProg(order, [input, output]);
    }
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
    const env = environmentFor(this.environment, {
      client: order.client,
      session: valuesOf(order.values, sessionVariableNames),
      proxied: given(valuesOf(order.proxied, PROXIED), order.proxied),
    });
    const stdio: StdioOptions = [input, output, "inherit"];
    // Node drops all groups of a child that changes its user, and knows no others.
    if (!groups?.length) {
      const [file = "", ...args] = command;
      return spawn(file, args, { env, stdio, ...ids });
    }
    return spawn(this.setpriv, [...idsForSetpriv(progOwner), ...command], {
      env: withoutLoaders(env, process.env),
      stdio,
    });
  }

  /** As root finds it: a rule of access control may set another PATH. */
  private get setpriv(): string {
    return find(["setpriv"], process.env) ?? "setpriv";
  }

  private failed(number: number, { code, errno, message }: NodeJS.ErrnoException): void {
    this.progs.delete(number);
    tell({ report: "failed", number, error: { code, errno, message } });
  }
}

function readLabels({ unlabelled, waiting }: Door): void {
  for (const socket of unlabelled) {
    const label = takeLabel(socket);
    if (label === null) continue;
    unlabelled.delete(socket);
    if (label === undefined || waiting.has(label)) socket.destroy();
    else waiting.set(label, socket);
  }
}

function forget({ sockets, unlabelled, waiting }: Door, socket: Socket): void {
  clearTimeout(sockets.get(socket));
  sockets.delete(socket);
  unlabelled.delete(socket);
  for (const [key, one] of waiting) if (one === socket) waiting.delete(key);
}

/** So many connections may wait to be accepted. */
const BACKLOG = 4096;

/** What a worker is told about an order whose sockets never came. */
const NOT_CONNECTED: NodeJS.ErrnoException = Object.assign(
  new Error("its worker did not connect to the spawner"),
  { code: "ETIMEDOUT" },
);

/**
 * setpriv begins as root, and what rules of access control say is not root's word: what would have it
 * load other code, or other texts, is as it is in our own environment.
 */
function withoutLoaders(env: NodeJS.ProcessEnv, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isLoader = (name: string) => LOADERS.test(name);
  return Object.fromEntries([
    ...Object.entries(env).filter(([name]) => !isLoader(name)),
    ...Object.entries(own).filter(([name]) => isLoader(name)),
  ]);
}

/** What the C library ignores in programs that change their user by themselves (ld.so(8)). */
const LOADERS = /^(LD_|GLIBC_|MALLOC_|GCONV_PATH$|LOCPATH$|NLSPATH$|LANGUAGE$|TEXTDOMAINDIR$)/;

function idsForSetpriv({ uid, gid, groups }: Privileges): string[] {
  const options = [`--groups=${(groups ?? []).join(",")}`];
  if (gid !== null) options.push(`--regid=${gid}`);
  if (uid !== null) options.push(`--reuid=${uid}`);
  return [...options, "--"];
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

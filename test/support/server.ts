import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Authority, Credentials } from "./certificates.ts";
import type { Destination } from "./clients.ts";
import { eventually } from "./limits.ts";
import { type Ended, type Running, run, type Start, start } from "./processes.ts";
import { credentialsEnvironment, program } from "./service.ts";

export interface Serving {
  /** The CA that clients trust, which issued the server's certificate. */
  authority: Authority;
  credentials?: Partial<Credentials>;
  /** What stands before ip and port. */
  options?: readonly string[];
  ip?: string;
  port?: string;
  /** The program and its arguments. */
  prog?: readonly string[];
  environment?: Record<string, string>;
  /** What runs the server in its place, as `setpriv` does: its words come before the server's. */
  runner?: readonly string[];
  /** The server itself, if it is not where it was built. */
  executable?: string;
  /** Descriptors from 3 on that are pipes to the test. */
  pipes?: number;
  /** Or, in their place, one that the test has open. */
  descriptor?: number;
  /** `-1`, as all need it but those that ask for another sign. */
  tellsPort?: boolean;
  patience?: number;
}

/**
 * Runs a server where it finds no folder for sockets, and so no spawner, if it has such a TMPDIR, too: it
 * can write to no folder in memory. Only root can.
 */
export const NO_FOLDER: readonly string[] = [
  ...["unshare", "-m", "sh", "-c"],
  'for at in /dev/shm /run; do mount -t tmpfs -o ro none $at; done; exec "$@"',
  "sh",
];
export const NO_TMPDIR = { TMPDIR: "/proc" };

/**
 * A `runner` with which V8 never collects what is idle: after eight seconds it would free the memory of a key that
 * was forgotten, and a test would take that for wiping.
 */
export const NO_IDLE_COLLECTION: readonly string[] = [process.execPath, "--no-memory-reducer"];

/** s6-tlsserver on a port of the system's choice, listening. */
export async function startServer(serving: Serving): Promise<Server> {
  const running = startUnready(serving);
  const isThere = () => running.stdout.includes("\n") || running.isOver;
  await eventually("the server tells its port, or ends", isThere, serving.patience);
  if (running.isOver) throw new Error(`the server has ended: ${running.stderr}`);
  return new Server(running, serving.authority);
}

/** The same, for what must end it before it listens. */
export function runServer(serving: Unready): Promise<Ended> {
  return run(commandOf(serving), settingsOf(serving));
}

export function startUnready(serving: Unready): Running {
  return start(commandOf(serving), settingsOf(serving));
}

export class Server implements Destination {
  readonly port: number;
  readonly pid: number;

  constructor(
    readonly running: Running,
    readonly authority: Authority,
  ) {
    this.port = Number(running.stdout);
    this.pid = running.pid;
  }

  /** The processes that serve. */
  get workers(): number[] {
    return childrenOf(this.pid).filter((pid) => roleOf(pid) === "worker");
  }

  /** The process that starts programs; undefined: there is none at the moment, or workers do. */
  get spawner(): number | undefined {
    return childrenOf(this.pid).find((pid) => roleOf(pid) === "spawner");
  }

  /** The programs that run for connections. */
  get programs(): number[] {
    return childrenOf(this.pid).flatMap(childrenOf);
  }

  /** The whole lines of the log so far. */
  get log(): string[] {
    return this.running.stderr.split("\n").slice(0, -1);
  }

  /** The lines that say this. */
  saying(text: string | RegExp): string[] {
    return this.log.filter((line) =>
      typeof text === "string" ? line.includes(text) : text.test(line),
    );
  }

  /** Waits until so many lines say this, and gives them. */
  async logged(text: string | RegExp, count = 1, milliseconds = 10_000): Promise<string[]> {
    const isThere = () => this.saying(text).length >= count;
    const what = `${count} lines with ${text} in the log`;
    await eventually(what, isThere, milliseconds).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.running.stderr}`);
    });
    return this.saying(text);
  }

  signal(name: NodeJS.Signals): void {
    this.running.signal(name);
  }

  /** TERM, and how it ended. */
  stop(): Promise<Ended> {
    this.signal("SIGTERM");
    return this.running.ended;
  }
}

/** What one of the server's processes is for; undefined: it has ended. */
export function roleOf(pid: number): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return variables.find((one) => one.startsWith("S6_TLSSERVER_ROLE="))?.split("=")[1];
  } catch {
    return undefined;
  }
}

export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    // It has ended.
    return [];
  }
}

/** Is it there, and more than the remains that wait for its parent? */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** What each open descriptor of a process is. */
export function descriptorsOf(pid: number): Map<number, string> {
  const folder = `/proc/${pid}/fd`;
  const found = new Map<number, string>();
  for (const name of readdirSync(folder)) {
    try {
      found.set(Number(name), readlinkSync(`${folder}/${name}`));
    } catch {
      // It was closed in the meantime.
    }
  }
  return found;
}

/** Physical memory, in MiB. */
export function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

type Unready = Omit<Serving, "authority">;

function commandOf(serving: Unready): string[] {
  const { runner = [], executable = program("s6-tlsserver"), options = [] } = serving;
  const { ip = "127.0.0.1", port = "0", prog = ["cat"], tellsPort = true } = serving;
  return [...runner, executable, ...(tellsPort ? ["-1"] : []), ...options, ip, port, ...prog];
}

function settingsOf(serving: Unready): Start {
  const { credentials, environment, pipes = 0, descriptor, patience } = serving;
  const more = descriptor === undefined ? Array<"pipe">(pipes).fill("pipe") : [descriptor];
  return {
    environment: { ...(credentials && credentialsEnvironment(credentials)), ...environment },
    stdio: ["pipe", "pipe", "pipe", ...more],
    ...(patience !== undefined && { patience }),
  };
}

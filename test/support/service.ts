import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { Credentials } from "./certificates.ts";
import { within } from "./limits.ts";
import { type Running, start } from "./processes.ts";

const repository = join(import.meta.dirname, "../..");

/** The original's programs, which `make parity` runs in place of ours. */
export const ORIGINAL = process.env["S6_NETWORKING"];

/** The path of one of our programs. */
export function program(name: string): string {
  return join(ORIGINAL ?? join(repository, "bin"), name);
}

export interface Service {
  credentials?: Pick<Credentials, "keyFile" | "certFile">;
  /** What stands before the program's operands. */
  options?: string[];
  /** The program and its arguments; for s6-tlsd-io, fdr and fdw. */
  prog: string[];
  environment?: Record<string, string>;
  program?: "s6-tlsd" | "s6-tlsd-io" | "s6-ucspitlsd";
  /** The program itself, if it is not where it was built. */
  executable?: string;
  /** What runs it and execs it, such as another Node than the one in PATH. */
  through?: string[];
  /** Descriptors from 3 on that are pipes to the test. */
  pipes?: number;
  patience?: number;
}

/** KEYFILE and CERTFILE, as an environment; each only if there is one. */
export function credentialsEnvironment({
  keyFile,
  certFile,
}: Partial<Credentials>): Record<string, string> {
  return {
    ...(keyFile !== undefined && { KEYFILE: keyFile }),
    ...(certFile !== undefined && { CERTFILE: certFile }),
  };
}

/** KEYFILE:x and CERTFILE:x for every server name x. */
export function namedEnvironment(pairs: Record<string, Credentials>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairs).flatMap(([name, { keyFile, certFile }]) => [
      [`KEYFILE:${name}`, keyFile],
      [`CERTFILE:${name}`, certFile],
    ]),
  );
}

/**
 * A super-server with one of our programs behind it. The program gets the
 * accepted socket itself as its descriptors 0 and 1, as behind tcpserver.
 */
export async function serve(service: Service): Promise<Listener> {
  const listener = new Listener(service);
  await listener.listening();
  return listener;
}

export class Listener {
  private readonly server: Server;
  private readonly started: Running[] = [];
  private readonly waiting: ((running: Running) => void)[] = [];

  constructor(private readonly service: Service) {
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    this.server.on("connection", (socket) => this.accept(socket));
    listeners.add(this);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async listening(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
  }

  /** The process behind the next connection, in the order in which they came. */
  tunnel(): Promise<Running> {
    const first = this.started.shift();
    if (first) return Promise.resolve(first);
    const next = new Promise<Running>((resolve) => this.waiting.push(resolve));
    return within(10_000, "a connection", next);
  }

  close(): void {
    this.server.close();
  }

  private accept(socket: Socket): void {
    const { credentials, options = [], prog, environment, pipes = 0, patience } = this.service;
    const { through = [], program: name = "s6-tlsd", executable = program(name) } = this.service;
    const running = start([...through, executable, ...options, ...prog], {
      stdio: [socket, socket, "pipe", ...Array<"pipe">(pipes).fill("pipe")],
      environment: { ...(credentials && credentialsEnvironment(credentials)), ...environment },
      ...(patience !== undefined && { patience }),
    });
    // Only this process' copy of the descriptor: the connection is the program's now.
    socket.destroy();
    const waiting = this.waiting.shift();
    if (waiting) waiting(running);
    else this.started.push(running);
  }
}

const listeners = new Set<Listener>();

afterEach(() => {
  for (const listener of listeners) listener.close();
  listeners.clear();
});

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach } from "vitest";
import { Authority } from "./certificates.ts";
import type { Destination } from "./clients.ts";
import { eventually } from "./limits.ts";
import { type Running, type Start, start } from "./processes.ts";
import { program } from "./service.ts";

/** The issuer of the certificate of each `bearhug server`. */
export const authority = Authority.root();
export const credentials = authority.issue();
export const pair = ["--cert", credentials.certFile, "--key", credentials.keyFile];

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  sockets.clear();
});

export interface Backend {
  readonly port: number;
  readonly server: Server;
}

/**
 * What listens, until the test is over.
 *
 * @param where the path of a UNIX socket, in place of a port of 127.0.0.1
 */
export async function backend(serve: (socket: Socket) => void, where?: string): Promise<Backend> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  servers.push(server);
  if (where === undefined) server.listen(0, "127.0.0.1");
  else server.listen(where);
  await once(server, "listening");
  return { server, port: where === undefined ? (server.address() as AddressInfo).port : 0 };
}

export const echo = (socket: Socket) => void socket.pipe(socket);

/** A process of `bearhug server` or `bearhug client`, and where it listens. */
export class Relay implements Destination {
  readonly port: number;
  readonly authority = authority;

  constructor(readonly running: Running) {
    this.port = Number(running.stdout);
  }

  /** Its log so far. */
  get log(): string {
    return this.running.stderr;
  }

  /** Waits until the log has this. */
  async logged(text: string | RegExp): Promise<void> {
    const isThere = () =>
      typeof text === "string" ? this.log.includes(text) : text.test(this.log);
    await eventually(`${text} in the log`, isThere).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.log}`);
    });
  }
}

interface Settings extends Start {
  /** What runs it in its place: its words come before its own. */
  readonly runner?: readonly string[];
}

/** It listens on a port of the system's choice of 127.0.0.1, unless the options say where. */
export async function relay(
  role: "server" | "client",
  options: readonly string[],
  settings: Settings = {},
): Promise<Relay> {
  const running = startRelay(role, ["-1v", "--workers", "1", ...options], settings);
  await eventually("it tells its port", () => running.stdout.includes("\n") || running.isOver);
  if (running.isOver) throw new Error(running.stderr);
  return new Relay(running);
}

export function startRelay(
  role: "server" | "client",
  options: readonly string[],
  { runner = [], ...settings }: Settings = {},
): Running {
  const listen = options.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  return start([...runner, program("bearhug"), role, ...listen, ...options], settings);
}

/** `bearhug server` with a certificate. */
export function relayServer(options: readonly string[], settings: Settings = {}): Promise<Relay> {
  return relay("server", [...pair, ...options], settings);
}

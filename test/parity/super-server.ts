import { readFileSync } from "node:fs";
import type { TLSSocket } from "node:tls";
import { connect, connectRaw } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { everything, type Running, start } from "../support/processes.ts";
import { credentialsEnvironment, ORIGINAL, program } from "../support/service.ts";
import { words } from "../support/words.ts";
import { authority, type ClientOptions, credentials, parseEnvironment } from "./visit.ts";

export interface SuperServer {
  host: string;
  port: number;
  running: Running;
}

export interface SuperService {
  options?: string;
  /** Operands. */
  ip?: string;
  port?: string;
  prog?: string[];
  environment?: Record<string, string>;
}

const LOOPBACK = "127.0.0.1";

/** An address of the loopback where no other server listens, for a port that is not ours to choose. */
export function loopbackOfOurs(): string {
  return `127.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}.7`;
}

/** The command line of an s6-tlsserver with one worker, which suffices and starts sooner. */
export function superCommand({ options = "", ip, port, prog = ["cat"] }: SuperService): string[] {
  const operands = [ip ?? LOOPBACK, port ?? "0", ...prog];
  const ours = ORIGINAL === undefined ? ["--workers", "1"] : [];
  return [program("s6-tlsserver"), "-1", ...ours, ...words(options), ...operands];
}

/** Starts s6-tlsserver, and waits until it tells its port. */
export async function superServe(service: SuperService = {}): Promise<SuperServer> {
  const running = start(superCommand(service), {
    environment: { ...credentialsEnvironment(credentials), ...service.environment },
  });
  await eventually("the port", () => running.stdout.endsWith("\n") || running.isOver);
  const port = Number(running.stdout);
  if (!(port > 0)) throw new Error(`no port: ${running.stderr}`);
  return { host: service.ip ?? LOOPBACK, port, running };
}

/** A client of such a server, which stays. */
export function call(server: SuperServer, options: ClientOptions = {}): Promise<TLSSocket> {
  const { host, port } = server;
  return connect({ port, authority }, { host, ...options });
}

/** Everything that a client of such a server hears. */
export async function hear(server: SuperServer, options: ClientOptions = {}): Promise<string> {
  return (await everything(await call(server, options))).toString();
}

/** A silent client sees an EOF long before any default would make it see one. */
export async function hungUpOn({ port }: SuperServer): Promise<void> {
  await within(5000, "an EOF", everything(await connectRaw(port)));
}

/** What prog finds in its environment. */
export async function superEnvironment(
  service: SuperService,
  client: ClientOptions = {},
): Promise<Record<string, string>> {
  const server = await superServe({ ...service, prog: ["env", "-0"] });
  return parseEnvironment((await hear(server, client)).split("\0"));
}

/** The process ids of the progs that run. */
export function progsOf({ running }: SuperServer): number[] {
  return childrenOf(running.pid).flatMap(childrenOf);
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}

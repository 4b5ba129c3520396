import { once } from "node:events";
import { existsSync } from "node:fs";
import { Socket } from "node:net";
import { expect } from "vitest";
import { SERVER_NAME } from "./certificates.ts";
import { within } from "./limits.ts";
import { type Ended, type Running, start } from "./processes.ts";
import { scratchFile } from "./scratch.ts";
import { credentialsEnvironment, program } from "./service.ts";

/** Our client on a TCP connection that is there already, as behind tcpclient. */
export interface Call {
  port: number;
  /** The file that CAFILE names, unless the environment says otherwise. */
  authority?: { readonly certFile: string };
  /** What -k says; null: no -k. */
  name?: string | null;
  options?: readonly string[];
  /** The program and its arguments; for s6-tlsc-io, fdr and fdw. */
  prog?: readonly string[];
  environment?: Record<string, string>;
  credentials?: { readonly keyFile: string; readonly certFile: string };
  program?: "s6-tlsc" | "s6-tlsc-io" | "s6-ucspitlsc";
  /** The program itself, if it is not where it was built. */
  executable?: string;
  /** What runs it. */
  through?: readonly string[];
  /** Where the connection is. */
  descriptors?: readonly number[];
  /** A further descriptor that is a pipe to the test. */
  pipe?: number;
  patience?: number;
}

/** Our client's process. Its standard input and output are pipes to the test. */
export async function call(settings: Call): Promise<Running> {
  const { name = SERVER_NAME, options = [], environment = {}, descriptors = [6, 7] } = settings;
  const { program: ours = "s6-tlsc", through = [], authority, credentials, pipe } = settings;
  const { executable = program(ours) } = settings;
  const { prog = ours === "s6-tlsc-io" ? descriptors.map(String) : ["true"], patience } = settings;
  const socket = await dial(settings.port);
  const length = Math.max(3, pipe ?? 0, ...descriptors) + 1;
  const stdio = Array.from({ length }, (_, fd) => {
    if (descriptors.includes(fd)) return socket;
    return fd < 3 || fd === pipe ? "pipe" : "ignore";
  });
  const given = name === null ? [] : ["-k", name];
  const running = start([...through, executable, ...given, ...options, "--", ...prog], {
    stdio,
    environment: {
      ...(authority && { CAFILE: authority.certFile }),
      ...(credentials && credentialsEnvironment(credentials)),
      ...environment,
    },
    ...(patience !== undefined && { patience }),
  });
  // Only this process' copy: the connection is the program's now.
  socket.destroy();
  return running;
}

/** How a call ends whose program must not run. */
export async function refusalOf(settings: Omit<Call, "prog" | "program">): Promise<Ended> {
  const trace = scratchFile("prog-has-run");
  const running = await call({ ...settings, prog: ["touch", trace] });
  const ended = await running.ended;
  expect(existsSync(trace), "prog has run").toBe(false);
  return ended;
}

/** A program that says something, reads a line, and then what the handshake told. */
export function asking(text: string): string[] {
  return ["sh", "-c", `echo '${text}' >&7; head -n 1 <&6; echo "$SSL_PROTOCOL $SSL_CIPHER"`];
}

/** Says something and prints all that comes back, to the EOF. */
export function sayingAndReading(text: string): string[] {
  return ["sh", "-c", `printf '${text}' >&7; exec 7>&-; cat <&6`];
}

/** A TCP connection of which nothing has been read. */
async function dial(port: number): Promise<Socket> {
  const socket = new Socket({ allowHalfOpen: true });
  // Node would begin to read at once.
  socket.pause();
  socket.connect(port, "127.0.0.1");
  await within(10_000, "a TCP connection", once(socket, "connect"));
  return socket;
}

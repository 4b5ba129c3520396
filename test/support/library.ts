import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo, Server as TcpServer } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import { afterEach } from "vitest";
import type { Credentials } from "./certificates.ts";
import { within } from "./limits.ts";

type Library = typeof import("../../src/index.ts");

/** The library as it was built: what people import, not its sources. */
export const bearhug = createRequire(import.meta.url)("../../dist/index.cjs") as Library;

export type TlsStream = InstanceType<Library["TlsStream"]>;

/** The options key and cert. */
export function pairOf({ keyFile, certFile }: Pick<Credentials, "keyFile" | "certFile">) {
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

/** Lets a server listen, until its test ends. */
export async function listening(server: TcpServer): Promise<number> {
  servers.add(server);
  server.on("connection", (socket) => {
    streams.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Node's own TLS server. */
export async function nodeServer(
  options: TlsOptions,
  greet: (socket: TLSSocket) => void,
): Promise<number> {
  const server = createTlsServer(options, (socket) => {
    socket.on("error", () => {});
    greet(socket);
  });
  return listening(server);
}

/** A stream of ours after its handshake; it is gone when its test ends. */
export async function secured(stream: TlsStream): Promise<TlsStream> {
  streams.add(stream);
  await within(10_000, "the handshake", once(stream, "secureConnect"));
  return stream;
}

/** What a stream of ours fails of. */
export async function failureOf(stream: Duplex): Promise<Failure> {
  streams.add(stream);
  const failed = new Promise<Failure>((resolve, reject) => {
    stream.once("error", (error) => resolve(error as Failure));
    stream.once("close", () => setImmediate(() => reject(new Error("closed without an error"))));
  });
  return within(10_000, "a failure", failed);
}

/** The fields of an error that programs look at. */
export interface Failure extends Error {
  code?: string;
  side?: string;
  alert?: string | null;
}

/** What an action throws at once. */
export function thrownBy(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    return error as Failure;
  }
  throw new Error("nothing was thrown");
}

const servers = new Set<TcpServer>();
const streams = new Set<Duplex>();

afterEach(() => {
  for (const stream of streams) stream.on("error", () => {}).destroy();
  for (const server of servers) server.close();
  streams.clear();
  servers.clear();
});

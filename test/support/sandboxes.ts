import { randomFillSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { Batches } from "../../src/connection/batches.ts";
import { StreamEndpoint } from "../../src/connection/stream-endpoint.ts";
import type { Engine } from "../../src/sandbox/engine.ts";
import { serverEngine } from "../../src/sandbox/engines.ts";
import { Keeper } from "../../src/sandbox/keeper.ts";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import { readInto } from "../../src/setup/read-into.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import type { Credentials } from "./certificates.ts";

/** A module as it was built. */
export function builtModule(name: "engine" | "keeper"): WebAssembly.Module {
  const file = join(import.meta.dirname, "../../dist", `${name}.wasm`);
  return new WebAssembly.Module(readFileSync(file));
}

export interface Sandboxes {
  readonly engine: Engine;
  readonly keeper: Keeper;
}

/** An engine and a keeper for one connection, as s6-tlsd makes them. */
export function sandboxes(credentials: Credentials): Sandboxes {
  const keeper = new Keeper(builtModule("keeper"));
  const key = keeper.load((room) => readInto(credentials.keyFile, room));
  const chain = readCertificates(credentials.certFile);
  key.match(chain[0] as Uint8Array);
  const engine = serverEngine(builtModule("engine"), {
    profile: "modern",
    identity: { chain, key },
    clients: null,
    seed: (room) => void randomFillSync(room),
  });
  return { engine, keeper };
}

/** The whole linear memory behind one of our objects: what no program of ours can ask for. */
export function memoryOf(holder: Engine | Keeper): Uint8Array {
  const { sandbox } = holder as unknown as { sandbox: { memory: { all(): Uint8Array } } };
  return sandbox.memory.all();
}

/** What a sandbox exports, each call by its name. */
export function callsOf(exports: object): [string, (...args: number[]) => unknown][] {
  const calls: [string, (...args: number[]) => unknown][] = [];
  for (const name in exports) {
    const call = (exports as Record<string, (...args: number[]) => unknown>)[name];
    if (call !== undefined) calls.push([name, call.bind(exports)]);
  }
  return calls;
}

export interface Conversation extends Line {
  readonly client: TLSSocket;
}

export interface Line {
  /** The client's end. */
  readonly wire: Duplex;
  readonly tunnel: Tunnel;
  /** What the client sent, as the program sees it; and where the program writes. */
  readonly program: Duplex;
  /** The failure, or null, once the tunnel is over. */
  readonly over: Promise<Error | null>;
}

/** A TLS client of Node's against an engine in this process, without a socket. */
export function converse(engine: Engine, options: ConnectionOptions = {}): Conversation {
  const line = lineTo(engine);
  const client = connect({ socket: line.wire, rejectUnauthorized: false, ...options });
  return { client, ...line };
}

/** The same, for any client. */
export function lineTo(engine: Engine): Line {
  const [network, wire] = duplexPair();
  const [cleartext, program] = duplexPair();
  const batches = new Batches();
  let finish: (failure: Error | null) => void = () => {};
  const over = new Promise<Error | null>((resolve) => {
    finish = resolve;
  });
  const endpoint = (stream: Duplex) =>
    new StreamEndpoint({
      name: "prog",
      readable: stream,
      writable: stream,
      batches,
      changed: () => tunnel.run(),
    });
  const tunnel: Tunnel = new Tunnel({
    engine,
    remote: endpoint(network),
    closeNotify: true,
    enforceCloseNotify: false,
    established: () => endpoint(cleartext),
    lingering: () => tunnel.over(),
    over: finish,
  });
  return { wire, tunnel, program, over };
}

/** Two streams; what is written to one is read from the other. */
export function duplexPair(): [Duplex, Duplex] {
  const half = (other: () => Duplex) =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        // Kept until it is read, and not copied: as streams of Node's do.
        other().push(chunk);
        done();
      },
      final(done) {
        other().push(null);
        done();
      },
    });
  const a: Duplex = half(() => b);
  const b: Duplex = half(() => a);
  return [a, b];
}

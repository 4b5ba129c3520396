import { randomFillSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BATCH_SIZE } from "../src/connection/batches.ts";
import type { Engine } from "../src/sandbox/engine.ts";
import { clientEngine, serverEngine } from "../src/sandbox/engines.ts";
import { Keeper } from "../src/sandbox/keeper.ts";
import { readCertificates } from "../src/setup/certificate-file.ts";
import { readInto } from "../src/setup/read-into.ts";
import type { Endpoint } from "../src/tunnel/endpoint.ts";
import { Tunnel } from "../src/tunnel/tunnel.ts";
import { bothInWebAssembly, RECORD } from "./crypto-sides.ts";
import { repository } from "./repository.ts";
import type { Credentials } from "./scratch.ts";
import { DIRECTIONS, type Direction } from "./throughput.ts";

/*
 * What a tunnel costs besides cryptography: real engines and the real tunnel in this process, with
 * memory on both sides in place of sockets. The kernel and Node's streams are not in it.
 */

/** As much as a socket or a pipe of Node gives at once. */
const PIECE = 65536;

/** Moved in one turn, in bytes; and how many turns. */
const TURN = 8 * 1024 * 1024;
const TURNS = 40;

/** Not counted: V8 finds out what is busy. */
const WARM_UP = 30;

/** Seconds of processor time per GB: the least of all turns. */
export interface TunnelCost {
  readonly direction: Direction;
  readonly whole: number;
  /** ChaCha20-Poly1305 of as many bytes. */
  readonly cryptography: number;
}

export function measureTunnelCost(credentials: Credentials): TunnelCost[] {
  const sealing = bothInWebAssembly()("chacha20_poly1305").ours;
  const rates = Array.from({ length: TURNS }, () => sealing.rate(20));
  const cryptography = 1e9 / RECORD / Math.max(...rates);
  const pair = connected(credentials);
  return DIRECTIONS.map((direction) => {
    const turns = Array.from({ length: WARM_UP + TURNS }, () => pair[direction]());
    return { direction, whole: Math.min(...turns.slice(WARM_UP)), cryptography };
  });
}

/** A server's and a client's tunnel whose handshake is done. */
function connected(credentials: Credentials): Record<Direction, () => number> {
  const server = sideOf((module) => newServer(module, credentials));
  const client = sideOf((module) =>
    clientEngine(module, {
      profile: "modern",
      serverName: null,
      server: null,
      identity: null,
      seed: entropy,
    }),
  );
  for (let flight = 0; flight < 4; flight++) {
    client.tunnel.run();
    server.remote.arrived = client.remote.takeAll();
    server.tunnel.run();
    client.remote.arrived = server.remote.takeAll();
  }
  const data = new Uint8Array(PIECE);
  return {
    // What leaves the engine is dropped.
    down: () => timed(server, server.local, pieces(data)),
    up: () => timed(server, server.remote, recordsOf(client, pieces(data))),
  };
}

interface Side {
  readonly tunnel: Tunnel;
  readonly remote: InMemory;
  readonly local: InMemory;
}

function timed(side: Side, entry: InMemory, arrivals: readonly Uint8Array[]): number {
  const before = process.cpuUsage();
  for (const arrival of arrivals) {
    entry.arrived = arrival;
    side.tunnel.run();
    if (entry.arrived.length > 0) throw new Error("the tunnel stands still");
    side.remote.used = 0;
    side.local.used = 0;
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1e6 / TURN) * 1e9;
}

function pieces(data: Uint8Array): Uint8Array[] {
  return Array.from({ length: TURN / PIECE }, () => data);
}

function recordsOf(client: Side, arrivals: readonly Uint8Array[]): Uint8Array[] {
  return arrivals.map((arrival) => {
    client.local.arrived = arrival;
    client.tunnel.run();
    return client.remote.takeAll();
  });
}

function sideOf(engineOf: (module: WebAssembly.Module) => Engine): Side {
  const remote = new InMemory();
  const local = new InMemory();
  const tunnel: Tunnel = new Tunnel({
    engine: engineOf(builtModule("engine")),
    remote,
    closeNotify: false,
    enforceCloseNotify: false,
    established: () => local,
    lingering: () => {},
    over: (failure) => {
      throw failure ?? new Error("the tunnel is over");
    },
  });
  return { tunnel, remote, local };
}

function newServer(module: WebAssembly.Module, { keyFile, certFile }: Credentials): Engine {
  const chain = readCertificates(certFile);
  const key = new Keeper(builtModule("keeper")).load((room) => readInto(keyFile, room));
  key.match(chain[0] as Uint8Array);
  const identity = { chain, key };
  return serverEngine(module, { profile: "modern", identity, clients: null, seed: entropy });
}

function builtModule(name: "engine" | "keeper"): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(join(repository, "dist", `${name}.wasm`)));
}

function entropy(room: Uint8Array): void {
  randomFillSync(room);
}

/** Takes what is written into a batch, as the endpoint over streams does. */
class InMemory implements Endpoint {
  arrived: Uint8Array = new Uint8Array(0);
  used = 0;
  readonly ended = false;
  readonly failure = null;
  readonly drained = true;
  readonly broken = false;
  private readonly batch = new Uint8Array(2 * BATCH_SIZE);

  take(count: number): void {
    this.arrived = this.arrived.subarray(count);
  }

  write(bytes: Uint8Array): number {
    this.batch.set(bytes, this.used);
    this.used += bytes.length;
    return bytes.length;
  }

  takeAll(): Uint8Array {
    const all = this.batch.slice(0, this.used);
    this.used = 0;
    return all;
  }

  stopArrivals(): void {}
  flush(): void {}
  end(): void {}
}

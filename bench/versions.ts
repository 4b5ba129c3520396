import { randomFillSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../src/sandbox/engine.ts";
import { clientEngine, serverEngine } from "../src/sandbox/engines.ts";
import { Keeper } from "../src/sandbox/keeper.ts";
import { readCertificates } from "../src/setup/certificate-file.ts";
import { readInto } from "../src/setup/read-into.ts";
import type { Version } from "./handshake.ts";
import { repository } from "./repository.ts";
import type { Credentials } from "./scratch.ts";

/*
 * What TLS 1.3 costs a server's engine beside TLS 1.2 once the handshake is done: records, both ways, and
 * memory. Client and server are engines of ours in this process, and only the server's calls count. The
 * versions take turns.
 */

const WARM_UP = 3;
const TURNS = 12;

/** Of application data, in one turn and direction. */
const BYTES = 16 * 1024 * 1024;

/** Of Linux on the processors that we know. */
const PAGE = 4096;

export interface VersionCost {
  /** Milliseconds per MB, the least of all turns. */
  readonly seal: number;
  readonly open: number;
  /** Pages of the engine's memory, 4 KiB each, that are not all zero after a handshake and a byte each way. */
  readonly pages: number;
}

export function measureVersions(credentials: Credentials): Record<Version, VersionCost> {
  const meet = meetings(credentials);
  const pairs = { "TLSv1.2": meet("1.2"), "TLSv1.3": meet("1.3") };
  const least = { "TLSv1.2": none(), "TLSv1.3": none() };
  const pages = { "TLSv1.2": pagesOf(pairs["TLSv1.2"]), "TLSv1.3": pagesOf(pairs["TLSv1.3"]) };
  for (let turn = 0; turn < WARM_UP + TURNS; turn++) {
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const { server, client } = pairs[version];
      const seal = transfer(server, client).sender;
      const open = transfer(client, server).receiver;
      if (turn < WARM_UP) continue;
      least[version].seal = Math.min(least[version].seal, seal);
      least[version].open = Math.min(least[version].open, open);
    }
  }
  const costOf = (version: Version) => ({ ...least[version], pages: pages[version] });
  return { "TLSv1.2": costOf("TLSv1.2"), "TLSv1.3": costOf("TLSv1.3") };
}

function none() {
  return { seal: Number.POSITIVE_INFINITY, open: Number.POSITIVE_INFINITY };
}

interface Pair {
  readonly server: Engine;
  readonly client: Engine;
}

/** Both after a handshake of that version, with X25519, P-256 and ChaCha20. */
function meetings({ keyFile, certFile }: Credentials): (version: "1.2" | "1.3") => Pair {
  const module = (name: string) =>
    new WebAssembly.Module(readFileSync(join(repository, `dist/${name}.wasm`)));
  const keeper = new Keeper(module("keeper"));
  const key = keeper.load((room) => readInto(keyFile, room));
  const identity = { chain: readCertificates(certFile), key };
  const engine = module("engine");
  const seed = (room: Uint8Array) => void randomFillSync(room);
  return (version) => {
    const shared = { profile: "modern", versions: { min: version, max: version }, seed } as const;
    const server = serverEngine(engine, { ...shared, identity, clients: null });
    const client = clientEngine(engine, {
      ...{ ...shared, groups: GROUPS, serverName: null, server: null, identity: null },
    });
    while (!server.established || !client.established) {
      if (!carry(client, server) && !carry(server, client))
        throw server.error ?? client.error ?? new Error("no handshake");
    }
    return { server, client };
  };
}

/** X25519 for the exchange; secp256r1 is the certificate's, which TLS 1.2 wants to see here, too. */
const GROUPS = [0x001d, 0x0017];

function carry(from: Engine, to: Engine): boolean {
  const records = from.buffer("sendrec");
  const room = to.buffer("recvrec");
  const count = Math.min(records.length, room.length);
  if (count === 0) return false;
  room.set(records.subarray(0, count));
  to.ack("recvrec", count);
  from.ack("sendrec", count);
  return true;
}

function pagesOf({ server, client }: Pair): number {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.buffer("sendapp")[0] = 1;
    from.ack("sendapp", 1);
    from.flush();
    while (carry(from, to));
    to.ack("recvapp", to.buffer("recvapp").length);
  }
  const memory = server["sandbox"].memory.all();
  let pages = 0;
  for (let at = 0; at < memory.length; at += PAGE) {
    if (memory.subarray(at, at + PAGE).some((byte) => byte !== 0)) pages++;
  }
  return pages;
}

/** Milliseconds per MB on both sides. */
function transfer(from: Engine, to: Engine): { sender: number; receiver: number } {
  const spent = { sender: 0, receiver: 0 };
  const timed = <T>(side: "sender" | "receiver", action: () => T): T => {
    const began = performance.now();
    const answer = action();
    spent[side] += performance.now() - began;
    return answer;
  };
  for (let left = BYTES; left > 0; ) {
    left -= timed("sender", () => {
      const room = from.buffer("sendapp");
      from.ack("sendapp", room.length);
      from.flush();
      return room.length;
    });
    for (;;) {
      const records = timed("sender", () => from.buffer("sendrec")).slice();
      if (records.length === 0) break;
      timed("sender", () => from.ack("sendrec", records.length));
      for (let at = 0; at < records.length; ) at += timed("receiver", () => take(to, records, at));
    }
  }
  const megabytes = BYTES / 1e6;
  return { sender: spent.sender / megabytes, receiver: spent.receiver / megabytes };
}

/** Puts records in, as many as there is room for, and takes what was in them. */
function take(to: Engine, records: Uint8Array, at: number): number {
  const room = to.buffer("recvrec");
  const count = Math.min(room.length, records.length - at);
  if (count === 0) throw new Error("the engine takes no records");
  room.set(records.subarray(at, at + count));
  to.ack("recvrec", count);
  for (let data = to.buffer("recvapp"); data.length > 0; data = to.buffer("recvapp")) {
    to.ack("recvapp", data.length);
  }
  return count;
}

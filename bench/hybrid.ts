import { randomFillSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../src/sandbox/engine.ts";
import {
  type ClientMaker,
  clientEngines,
  type ServerMaker,
  serverEngines,
} from "../src/sandbox/engines.ts";
import { groupsNamed } from "../src/sandbox/groups.ts";
import { Keeper } from "../src/sandbox/keeper.ts";
import { readCertificates } from "../src/setup/certificate-file.ts";
import { readInto } from "../src/setup/read-into.ts";
import { said, talk } from "./handshake.ts";
import { repository } from "./repository.ts";
import type { Credentials } from "./scratch.ts";

/*
 * What a full handshake costs a server in the post-quantum hybrid, beside X25519 in both versions: processor
 * time of its two modules, bytes, and pages of memory. The client is ours, since Node 20 has no hybrid; only
 * calls into the server's modules count. The kinds take turns, so that whatever else the machine does
 * meets all of them.
 */

const WARM_UP = 50;
const TURNS = 150;

/** What the client offers: the version and the group that are spoken then. */
const OFFERS = {
  "TLS 1.2, X25519": { version: "1.2", group: "X25519" },
  "TLS 1.3, X25519": { version: "1.3", group: "X25519" },
  "TLS 1.3, X25519MLKEM768": { version: "1.3", group: "X25519MLKEM768" },
} as const;

export type Kind = keyof typeof OFFERS;

export const KINDS = Object.keys(OFFERS) as Kind[];

export interface HybridCost {
  /** Milliseconds. */
  readonly least: number;
  readonly median: number;
  /** Bytes on the wire, from the client and from the server, with the records around them. */
  readonly sent: number;
  readonly received: number;
  /** 4 KiB pages of the server's sandbox that hold anything once the connection is open. */
  readonly pages: number;
}

type Once = Omit<HybridCost, "least" | "median"> & { readonly spent: number };

export function measureHybrid(credentials: Credentials): Record<Kind, HybridCost> {
  const newServer = serverMaker(credentials);
  const clients = KINDS.map((kind) => [kind, clientMaker(kind)] as const);
  const all = new Map<Kind, Once[]>(KINDS.map((kind) => [kind, []]));
  for (let turn = 0; turn < WARM_UP + TURNS; turn++) {
    for (const [kind, newClient] of clients) {
      const start = { now: Date.now(), seed };
      const once = handshake(newServer(start), newClient({ ...start, serverName: null }));
      if (turn >= WARM_UP) all.get(kind)?.push(once);
    }
  }
  return Object.fromEntries(KINDS.map((kind) => [kind, summary(all.get(kind) ?? [])])) as Record<
    Kind,
    HybridCost
  >;
}

function summary(all: readonly Once[]): HybridCost {
  const sorted = all.toSorted((one, other) => one.spent - other.spent);
  const [least, median] = [sorted[0], sorted[TURNS >> 1]];
  if (least === undefined || median === undefined) throw new Error("nothing was measured");
  const { sent, received, pages } = median;
  return { least: least.spent, median: median.spent, sent, received, pages };
}

function seed(room: Uint8Array): void {
  randomFillSync(room);
}

function moduleOf(name: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(join(repository, `dist/${name}.wasm`)));
}

function serverMaker({ keyFile, certFile }: Credentials): ServerMaker {
  const keeper = new Keeper(moduleOf("keeper"));
  const key = keeper.load((room) => readInto(keyFile, room));
  return serverEngines(moduleOf("engine"), {
    profile: "modern",
    identity: { chain: readCertificates(certFile), key },
    clients: null,
  });
}

function clientMaker(kind: Kind): ClientMaker {
  const { version, group } = OFFERS[kind];
  return clientEngines(moduleOf("engine"), {
    ...{ profile: "modern", versions: { min: version, max: version } },
    ...{ groups: groupsNamed(`${group}:P-256`) ?? [], identity: null, server: null },
  });
}

function handshake(server: Engine, client: Engine): Once {
  let spent = 0;
  let sent = 0;
  let received = 0;
  let question = said(client);
  while (!server.established || !client.established) {
    const began = performance.now();
    const answer = talk(server, question);
    spent += performance.now() - began;
    if (question.length + answer.length === 0) throw new Error("nothing moves");
    sent += question.length;
    received += answer.length;
    question = talk(client, answer);
  }
  const pages = pagesOf(server);
  server.wipe();
  client.wipe();
  return { spent, sent, received, pages };
}

const PAGE = 4096;

function pagesOf(engine: Engine): number {
  const { sandbox } = engine as unknown as { sandbox: { memory: { all(): Uint8Array } } };
  const all = sandbox.memory.all();
  let pages = 0;
  for (let at = 0; at < all.length; at += PAGE) {
    if (all.subarray(at, at + PAGE).some((byte) => byte !== 0)) pages++;
  }
  return pages;
}

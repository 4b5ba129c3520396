import { setTimeout as sleep } from "node:timers/promises";
import { processorTimeOfGroup } from "./processes.ts";
import { type Credentials, KEY_TYPES, type KeyType } from "./scratch.ts";
import {
  type RunningTerminator,
  residentMemory,
  startBackend,
  TERMINATOR_NAMES,
  type TerminatorName,
  terminate,
} from "./terminators.ts";
import { type Suite13, Visitor } from "./visitors.ts";

/** Clients at once. */
const CROWDS = [1, 4, 16, 64] as const;
export const MODES = ["full", "resumed"] as const;
const SUITES13 = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"] as const;

/** BENCH_ROUNDS=1 shows whether all of it runs. */
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 3);
const VISITING = 500;
const WARMING = 300;
const DOWNLOAD = 200_000_000;
const HELD = 400;
const SETTLING = 700;

type PerTerminator<T> = Readonly<Record<TerminatorName, T>>;

/** Lists have an item a round; latencies are of all connections. */
export interface VisitFigures {
  readonly perSecond: number[];
  /** Milliseconds a connection, of all processes of the server. */
  readonly processor: number[];
  readonly latencies: number[];
  /** Of all connections, the part that resumed a session. */
  readonly resumed: number[];
}

export interface VisitCase {
  readonly keyType: KeyType;
  readonly mode: (typeof MODES)[number];
  readonly clients: number;
  readonly figures: PerTerminator<VisitFigures>;
}

export interface DownloadCase {
  readonly suite: Suite13;
  readonly figures: PerTerminator<{
    /** MB/s. */
    readonly speed: number[];
    /** Seconds a GB, of the server. */
    readonly processor: number[];
  }>;
}

export interface Terminating {
  readonly visits: readonly VisitCase[];
  readonly downloads: readonly DownloadCase[];
  /** KiB for each idle connection. */
  readonly idle: PerTerminator<{ readonly rss: number; readonly pss: number }>;
}

/** TLS to a TCP backend: ours beside four others, in one run. */
export async function measureTerminating(
  credentialsOf: Record<KeyType, Credentials>,
  done: (what: string) => void,
): Promise<Terminating> {
  const backend = await startBackend();
  try {
    const visits: VisitCase[] = [];
    let downloads: DownloadCase[] = [];
    for (const keyType of KEY_TYPES) {
      const all = await startAll(credentialsOf[keyType], backend.port);
      try {
        visits.push(...(await measureVisits(all, keyType)));
        done(`TLS to a backend, new connections, ${keyType}`);
        if (keyType === "p256") downloads = await measureDownloads(all);
      } finally {
        for (const one of all) one.close();
      }
    }
    done("TLS to a backend, downloads");
    const idle = await measureIdleMemory(credentialsOf.p256, backend.port);
    done("TLS to a backend, idle connections");
    return { visits, downloads, idle };
  } finally {
    backend.close();
  }
}

function startAll(credentials: Credentials, backend: number): Promise<RunningTerminator[]> {
  return Promise.all(TERMINATOR_NAMES.map((name) => terminate(name, credentials, backend)));
}

async function measureVisits(
  all: readonly RunningTerminator[],
  keyType: KeyType,
): Promise<VisitCase[]> {
  const cases: VisitCase[] = [];
  for (const { port } of all) await new Visitor(port).visit(4, false, WARMING);
  for (const mode of MODES) {
    for (const clients of CROWDS) {
      const figures = perTerminator(
        (): VisitFigures => ({ perSecond: [], processor: [], latencies: [], resumed: [] }),
      );
      await inTurns(all, async (one) => {
        const before = processorTimeOfGroup(one.group);
        const visits = await new Visitor(one.port).visit(clients, mode === "resumed", VISITING);
        const used = processorTimeOfGroup(one.group) - before;
        const count = visits.latencies.length;
        const { perSecond, processor, latencies, resumed } = figures[one.name];
        perSecond.push(count / visits.seconds);
        processor.push((used / count) * 1000);
        latencies.push(...visits.latencies);
        resumed.push(visits.resumed / count);
      });
      cases.push({ keyType, mode, clients, figures });
    }
  }
  return cases;
}

async function measureDownloads(all: readonly RunningTerminator[]): Promise<DownloadCase[]> {
  const cases: DownloadCase[] = [];
  for (const suite of SUITES13) {
    const figures = perTerminator(() => ({ speed: [] as number[], processor: [] as number[] }));
    await inTurns(all, async (one) => {
      const before = processorTimeOfGroup(one.group);
      const seconds = await new Visitor(one.port, suite).download(DOWNLOAD);
      const used = processorTimeOfGroup(one.group) - before;
      figures[one.name].speed.push(DOWNLOAD / 1e6 / seconds);
      figures[one.name].processor.push(used / (DOWNLOAD / 1e9));
    });
    cases.push({ suite, figures });
  }
  return cases;
}

/** Each has its turn in each round, beginning with another one each time. */
async function inTurns(
  all: readonly RunningTerminator[],
  measure: (one: RunningTerminator) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      await measure(all[(round + turn) % all.length] as RunningTerminator);
    }
  }
}

/** What the second half of them adds: the first one takes the place of what a start leaves over. */
async function measureIdleMemory(
  credentials: Credentials,
  backend: number,
): Promise<Terminating["idle"]> {
  const measured = {} as Record<TerminatorName, { rss: number; pss: number }>;
  for (const name of TERMINATOR_NAMES) {
    const one = await terminate(name, credentials, backend);
    const visitor = new Visitor(one.port);
    const held = await visitor.hold(HELD / 2);
    await sleep(SETTLING);
    const before = residentMemory(one.group);
    held.push(...(await visitor.hold(HELD / 2)));
    await sleep(SETTLING);
    const after = residentMemory(one.group);
    const lost = held.filter(({ destroyed, readableEnded }) => destroyed || readableEnded).length;
    if (lost > 0) throw new Error(`${name} gave up ${lost} of ${HELD} connections`);
    for (const socket of held) socket.destroy();
    one.close();
    measured[name] = {
      rss: (after.rss - before.rss) / (HELD / 2),
      pss: (after.pss - before.pss) / (HELD / 2),
    };
  }
  return measured;
}

function perTerminator<T>(make: () => T): Record<TerminatorName, T> {
  const entries = TERMINATOR_NAMES.map((name) => [name, make()]);
  return Object.fromEntries(entries) as Record<TerminatorName, T>;
}

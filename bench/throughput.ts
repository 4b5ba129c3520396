import { download, type Target, upload } from "./client.ts";
import { processorTime } from "./processes.ts";
import { sink, source } from "./programs.ts";
import type { Credentials } from "./scratch.ts";
import { SERVER_NAMES, type Server, type ServerName, serve } from "./servers.ts";
import { SUITES, type Suite } from "./suites.ts";

/**
 * What passes in one measurement: half a second for the fastest. With half of it, a fifth of our
 * processor time is warm-up (V8 finding out what is busy).
 */
const BYTES = 384 * 1024 * 1024;
const ROUNDS = 7;

/** No more rounds of a case after so many milliseconds, once there are three. */
const BUDGET = 12_000;
const MIN_ROUNDS = 3;

export const DIRECTIONS = ["down", "up"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface Case {
  /** down: from the program to the client. */
  readonly direction: Direction;
  readonly suite: Suite;
  readonly figures: Readonly<Record<ServerName, Figures>>;
}

export interface Figures {
  /** MB/s, one a round. */
  readonly speed: number[];
  /** Seconds of processor time of the server's process, per GB. */
  readonly processor: number[];
}

/** One connection at a time; all servers in each round, beginning with another one each time. */
export async function measureThroughput(
  credentials: Credentials,
  afterEach: (report: Case) => void,
): Promise<Case[]> {
  const cases: Case[] = [];
  for (const direction of DIRECTIONS) {
    const prog = direction === "down" ? source(BYTES) : sink(BYTES);
    const servers = await Promise.all(
      SERVER_NAMES.map((name) => serve(name, { credentials, prog })),
    );
    try {
      for (const suite of SUITES) {
        const measured = await measureCase({ direction, suite, servers, credentials });
        cases.push(measured);
        afterEach(measured);
      }
    } finally {
      for (const server of servers) server.close();
    }
  }
  return cases;
}

interface Plan {
  readonly direction: Direction;
  readonly suite: Suite;
  readonly servers: readonly Server<ServerName>[];
  readonly credentials: Credentials;
}

async function measureCase({ direction, suite, servers, credentials }: Plan): Promise<Case> {
  const figures: Case["figures"] = {
    bearhug: none(),
    "native-bearssl": none(),
    stunnel: none(),
    socat: none(),
    "node-tls": none(),
  };
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    if (round >= MIN_ROUNDS && performance.now() - began > BUDGET) break;
    for (let turn = 0; turn < servers.length; turn++) {
      const server = servers[(round + turn) % servers.length] as Server<ServerName>;
      const target = { port: server.port, suite, credentials };
      const { speed, processor } = figures[server.name];
      await measureOnce({ direction, target, server, speed, processor });
    }
  }
  return { direction, suite, figures };
}

interface Turn extends Figures {
  readonly direction: Direction;
  readonly target: Target;
  readonly server: Server;
}

async function measureOnce({ direction, target, server, ...figures }: Turn): Promise<void> {
  let carrier = 0;
  let before = 0;
  let after = 0;
  const marks = {
    began: () => {
      carrier = server.carrier();
      before = processorTime(carrier);
    },
    ended: () => {
      after = processorTime(carrier);
    },
  };
  const transfer = direction === "down" ? download : upload;
  const bytesPerSecond = await transfer(target, BYTES, marks);
  await server.quiet();
  figures.speed.push(bytesPerSecond / 1e6);
  figures.processor.push(((after - before) / BYTES) * 1e9);
}

function none(): Figures {
  return { speed: [], processor: [] };
}

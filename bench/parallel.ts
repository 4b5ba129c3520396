import { download } from "./client.ts";
import { processorTimeOfGroup } from "./processes.ts";
import { source } from "./programs.ts";
import type { Credentials } from "./scratch.ts";
import { type Server, SUPER_SERVER_NAMES, type SuperServerName, serve } from "./servers.ts";
import { SUITES } from "./suites.ts";

/** What passes in one turn, over all connections: some tenths of a second. */
const BYTES = 192 * 1024 * 1024;
const ROUNDS = 3;
const AT_ONCE = [1, 8] as const;

export interface ParallelCase {
  /** Connections at once, all of them downloading the same. */
  readonly connections: number;
  readonly figures: Readonly<Record<SuperServerName, ParallelFigures>>;
}

/** Each list has an item a round. */
export interface ParallelFigures {
  /** MB/s, of all connections together. */
  readonly speed: number[];
  /** Seconds of processor time of the server and all its processes, progs too, per GB. */
  readonly processor: number[];
}

export async function measureParallel(credentials: Credentials): Promise<ParallelCase[]> {
  const cases: ParallelCase[] = [];
  for (const connections of AT_ONCE) {
    const prog = source(BYTES / connections);
    const servers = await Promise.all(
      SUPER_SERVER_NAMES.map((name) => serve(name, { credentials, prog })),
    );
    try {
      cases.push(await measureCase({ servers, connections, credentials }));
    } finally {
      for (const server of servers) server.close();
    }
  }
  return cases;
}

interface Plan {
  readonly servers: readonly Server<SuperServerName>[];
  readonly connections: number;
  readonly credentials: Credentials;
}

async function measureCase({ servers, connections, credentials }: Plan): Promise<ParallelCase> {
  const figures: ParallelCase["figures"] = {
    "s6-tlsserver": none(),
    stunnel: none(),
    socat: none(),
    tcpserver: none(),
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const server = servers[(round + turn) % servers.length] as Server<SuperServerName>;
      const { seconds, processor } = await measureTurn(server, { connections, credentials });
      figures[server.name].speed.push(BYTES / seconds / 1e6);
      figures[server.name].processor.push((processor / BYTES) * 1e9);
    }
  }
  return { connections, figures };
}

/** The clock runs from the first byte of the first connection to the last byte of the last one. */
async function measureTurn(
  server: Server,
  { connections, credentials }: Omit<Plan, "servers">,
): Promise<{ seconds: number; processor: number }> {
  await server.quiet();
  const before = processorTimeOfGroup(server.group);
  let began = 0;
  const marks = {
    began: () => {
      began ||= performance.now();
    },
    ended: () => {},
  };
  const target = { port: server.port, suite: SUITES[0], credentials };
  await Promise.all(
    Array.from({ length: connections }, () => download(target, BYTES / connections, marks)),
  );
  const seconds = (performance.now() - began) / 1000;
  await server.quiet();
  return { seconds, processor: processorTimeOfGroup(server.group) - before };
}

function none(): ParallelFigures {
  return { speed: [], processor: [] };
}

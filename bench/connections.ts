import { Client } from "./load.ts";
import { processorTimeOfGroup } from "./processes.ts";
import { CAT } from "./programs.ts";
import { type Credentials, KEY_TYPES, type KeyType } from "./scratch.ts";
import { type Server, SUPER_SERVER_NAMES, type SuperServerName, serve } from "./servers.ts";
import { RSA_SUITE, SUITES } from "./suites.ts";

const CLIENTS = [1, 4, 16] as const;
const ROUNDS = 5;

/** No more rounds of a case after so many milliseconds, once there are three. */
const BUDGET = 9_000;
const MIN_ROUNDS = 3;

/** Milliseconds in which connections begin, in each turn. */
const DURATION = 500;

/** Makes the servers warm, and is not counted. */
const WARM_UP = { number: 4, duration: 400 };

/** The same handshake for every key: only the signature is another one. */
const SUITE_OF = { p256: SUITES[0], rsa2048: RSA_SUITE } as const;

/** New connections, one after the other: a handshake, a byte to cat and back, the end. */
export interface ConnectionCase {
  readonly keyType: KeyType;
  readonly clients: number;
  readonly figures: Readonly<Record<SuperServerName, ConnectionFigures>>;
}

/** Each list has an item a round, but for the latencies, which are of all connections. */
export interface ConnectionFigures {
  /** Milliseconds of processor time a connection, of the server and all its processes. */
  readonly processor: number[];
  /** The same of the client. */
  readonly clientProcessor: number[];
  readonly perSecond: number[];
  /** Milliseconds. */
  readonly latencies: number[];
}

export async function measureConnections(
  credentialsOf: Record<KeyType, Credentials>,
  afterEach: (measured: ConnectionCase) => void,
): Promise<ConnectionCase[]> {
  const cases: ConnectionCase[] = [];
  for (const keyType of KEY_TYPES) {
    const credentials = credentialsOf[keyType];
    const servers = await Promise.all(
      SUPER_SERVER_NAMES.map((name) => serve(name, { credentials, prog: CAT })),
    );
    const parties = servers.map((server) => ({
      server,
      client: new Client({ port: server.port, suite: SUITE_OF[keyType], credentials }),
    }));
    try {
      for (const { client } of parties) await client.load(WARM_UP);
      for (const clients of CLIENTS) {
        const measured = { keyType, clients, figures: await measureCase(parties, clients) };
        cases.push(measured);
        afterEach(measured);
      }
    } finally {
      for (const server of servers) server.close();
    }
  }
  return cases;
}

/** A server, and the client that connects to it alone. */
export interface Party<Name = SuperServerName> {
  readonly server: Server<Name>;
  readonly client: Client;
}

async function measureCase(
  parties: readonly Party[],
  clients: number,
): Promise<ConnectionCase["figures"]> {
  const figures: ConnectionCase["figures"] = {
    "s6-tlsserver": none(),
    stunnel: none(),
    socat: none(),
    tcpserver: none(),
  };
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    if (round >= MIN_ROUNDS && performance.now() - began > BUDGET) break;
    for (let turn = 0; turn < parties.length; turn++) {
      const party = parties[(round + turn) % parties.length] as Party;
      await measureTurn(party, { clients, duration: DURATION }, figures[party.server.name]);
    }
  }
  return figures;
}

export async function measureTurn(
  { server, client }: Party<unknown>,
  { clients, duration }: { readonly clients: number; readonly duration: number },
  figures: ConnectionFigures,
): Promise<void> {
  await server.quiet();
  const before = processorTimeOfGroup(server.group);
  const load = await client.load({ number: clients, duration });
  // What a connection leaves to be done afterwards is part of its price.
  await server.quiet();
  const used = processorTimeOfGroup(server.group) - before;
  const count = load.latencies.length;
  figures.processor.push((used / count) * 1000);
  figures.clientProcessor.push((load.processor / count) * 1000);
  figures.perSecond.push(count / load.seconds);
  figures.latencies.push(...load.latencies);
}

export function none(): ConnectionFigures {
  return { processor: [], clientProcessor: [], perSecond: [], latencies: [] };
}

/**
 * A server under clients of all sorts: nothing leaks (descriptors, processes, memory), no byte is wrong,
 * and no process exits without a reason. One visit in ten goes to s6-tlsd behind tcpserver instead.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { COLLECTING } from "../support/collector.ts";
import { Chance } from "../support/mutations.ts";
import { type Serving, startServer } from "../support/server.ts";
import { credentialsEnvironment, program } from "../support/service.ts";
import { startTcpserver } from "../support/super-servers.ts";
import { words } from "../support/words.ts";
import { BEHAVIOURS, PROG, type Visit } from "./behaviours.ts";
import { holdingsOf, sampleDuring } from "./holdings.ts";
import { growthOf, leaksIn } from "./leaks.ts";

/** Asked for, instead of what each kind of server has by default. */
const ASKED = process.env["SOAK_SECONDS"];
const RATE = Number(process.env["SOAK_RATE"] ?? 8);

/**
 * This part of the time is not looked at: heaps and caches find their size in it, and compilers what
 * is worth their while. It has twice the visitors.
 */
const WARM_UP = 0.35;

/** Between two looks at memory: seconds. */
const SAMPLING = 4;

const AT_ONCE_MAX = 60;

const authority = Authority.root();
const credentials = authority.issue();
const clients = ClientAuthority.root();
const certified = clients.issue();
const stranger = ClientAuthority.root().issue();

const prog = ["sh", "-c", PROG];
const options = words("-Y -K 3000");
const environment = { CAFILE: clients.certFile };

export interface Soak {
  /** Unless SOAK_SECONDS asks for more, or for less. */
  readonly seconds: number;
  /** What makes this server another one. */
  readonly serving?: Partial<Serving>;
}

/** @throws (the promise) an AssertionError for whatever is wrong or left */
export async function soak({ seconds: usual, serving = {} }: Soak): Promise<void> {
  const seconds = ASKED === undefined ? usual : Number(ASKED);
  const patience = timeoutOf(usual);
  const server = await startServer({
    ...{ authority, credentials, prog, patience },
    ...serving,
    options: ["--workers", "2", ...options, ...(serving.options ?? [])],
    environment: { ...environment, ...COLLECTING, ...serving.environment },
  });
  const tcpserver = await startTcpserver(
    [program("s6-tlsd"), ...options, "--", ...prog],
    { ...environment, ...credentialsEnvironment(credentials) },
    { options: ["-c", "100"], patience },
  );
  const crowd = new Crowd({ server: server.port, tcpserver: tcpserver.port });
  const start = Date.now();
  await crowd.come(start + seconds * WARM_UP * 1000, 2 * RATE);
  await crowd.leave();
  const before = await holdingsOf(server);
  const until = start + seconds * 1000;
  const samples = await sampleDuring(server, SAMPLING, crowd.come(until, RATE));
  await crowd.leave();
  const after = await holdingsOf(server);
  const watched = seconds * (1 - WARM_UP);
  const growth = growthOf({ samples, seconds: watched });
  const counts = [...crowd.served].sort().map(([name, count]) => `${name} ${count}`);
  console.log(`soak: ${crowd.size} connections in ${seconds} s: ${counts.join(", ")}`);
  console.log(
    `soak: memory ${growth.toFixed(1)} MiB in ${watched} s (${samples.length} samples); ` +
      `descriptors ${before.descriptors} and then ${after.descriptors}`,
  );
  expect(crowd.complaints).toEqual([]);
  expect(leaksIn({ before, samples, seconds: watched, after })).toEqual([]);
  expect(unexplained(server.log)).toEqual([]);
  expect(unexplained(tcpserver.running.stderr.split("\n").slice(0, -1))).toEqual([]);
  if (crowd.size > 300)
    expect([...crowd.served.keys()].sort()).toEqual(Object.keys(BEHAVIOURS).sort());
  expect(await server.stop()).toMatchObject({ code: 0, signal: null });
}

/** Milliseconds that a soak may take, of so many seconds by default. */
export function timeoutOf(usual: number): number {
  return (Number(ASKED ?? usual) + 120) * 1000;
}

/** All visits, counted by their behaviour. */
class Crowd {
  readonly served = new Map<string, number>();
  readonly complaints: string[] = [];

  private readonly chance = new Chance(1);
  private readonly names = Object.entries(BEHAVIOURS).flatMap(([name, [weight]]) =>
    Array<string>(weight).fill(name),
  );
  private readonly present = new Set<Promise<void>>();
  private count = 0;

  constructor(private readonly ports: { readonly server: number; readonly tcpserver: number }) {}

  get size(): number {
    return this.count;
  }

  /** Lets visitors come, so many a second, until the time is up. */
  async come(until: number, rate: number): Promise<void> {
    while (Date.now() < until) {
      if (this.present.size < AT_ONCE_MAX) this.send();
      await sleep(this.chance.below(2000 / rate));
    }
  }

  /** Waits until the last of them has left. */
  async leave(): Promise<void> {
    await Promise.all(this.present);
  }

  private send(): void {
    const number = ++this.count;
    const port = number % 10 === 0 ? this.ports.tcpserver : this.ports.server;
    const name = this.chance.pick(this.names);
    const visit = this.visit(name, { port, authority, certified, stranger, number });
    this.present.add(visit);
    visit.finally(() => this.present.delete(visit));
  }

  private async visit(name: string, visit: Visit): Promise<void> {
    try {
      await BEHAVIOURS[name]?.[1](visit);
      this.served.set(name, (this.served.get(name) ?? 0) + 1);
    } catch (error) {
      this.complaints.push(`${name}, visit ${visit.number}: ${(error as Error).message}`);
    }
  }
}

/** The lines that clients of these kinds give a reason for. */
const EXPLAINED = [
  /^s6-tlsserver: warning: [0-9]+ from 127\.0\.0\.1:[0-9]+: TLS error: [^\n]+$/,
  /^s6-tlsserver: warning: [0-9]+ from 127\.0\.0\.1:[0-9]+: unable to (read from|write to) the network: (Connection reset by peer|Broken pipe)$/,
  /^s6-tlsserver: warning: connection failed: [0-9]+ more within a second$/,
  /^s6-tlsd: fatal: (TLS error: |unable to read from the network: Connection reset by peer)/,
  /^(cat|sh): .*(Broken pipe|Connection reset by peer|I\/O error)$/,
];

function unexplained(log: readonly string[]): string[] {
  return log.filter((line) => !EXPLAINED.some((known) => known.test(line)));
}

import { type ConnectionFigures, measureTurn, none, type Party } from "./connections.ts";
import { Client } from "./load.ts";
import { CAT } from "./programs.ts";
import { type Result, result } from "./results.ts";
import type { Credentials } from "./scratch.ts";
import { serve, USER_COUNTS, type UserCount } from "./servers.ts";
import { around, median } from "./statistics.ts";
import { SUITES } from "./suites.ts";
import { printTable } from "./table.ts";

/*
 * What three users cost s6-tlsserver: new connections to one whose processes are all the same user, and
 * to one whose workers and progs are users of their own, in turns.
 */

const CLIENTS = 4;
const ROUNDS = 9;

/** Milliseconds. */
const DURATION = { warmUp: 1000, turn: 600 };

export type UserFigures = Readonly<Record<UserCount, ConnectionFigures>>;

/** null: only root can start a server with three users. */
export async function measureUsers(credentials: Credentials): Promise<UserFigures | null> {
  if (process.getuid?.() !== 0) return null;
  const servers = await Promise.all(
    USER_COUNTS.map((name) => serve(name, { credentials, prog: CAT })),
  );
  const parties = servers.map((server) => ({
    server,
    client: new Client({ port: server.port, suite: SUITES[0], credentials }),
  }));
  const figures = { "one-user": none(), "three-users": none() };
  try {
    for (const { client } of parties) {
      await client.load({ number: CLIENTS, duration: DURATION.warmUp });
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (let turn = 0; turn < parties.length; turn++) {
        const party = parties[(round + turn) % parties.length] as Party<UserCount>;
        const plan = { clients: CLIENTS, duration: DURATION.turn };
        await measureTurn(party, plan, figures[party.server.name]);
      }
    }
  } finally {
    for (const server of servers) server.close();
  }
  return figures;
}

export function reportUsers(figures: UserFigures | null): Result[] {
  if (figures === null) {
    console.log("\nThree users: not measured, since only root can start such a server");
    return [];
  }
  const { "one-user": one, "three-users": three } = figures;
  const row = (title: string, of: (figures: ConnectionFigures) => number[], digits: number) => [
    ...[title, around(of(one), digits), around(of(three), digits)],
    (median(of(three)) / median(of(one))).toFixed(2),
  ];
  printTable(`s6-tlsserver with one user and with three, ${CLIENTS} clients`, [
    ["", "one user", "three users", "three ÷ one"],
    row("connections a second", ({ perSecond }) => perSecond, 0),
    row("ms of processor time a connection", ({ processor }) => processor, 2),
  ]);
  const perThousand = (of: ConnectionFigures) => 1000 / median(of.processor);
  const peerName = "s6-tlsserver with one user";
  return [
    result({
      ...{ name: "users-rate-three-vs-one", unit: "connections/s", peerName },
      ours: median(three.perSecond),
      peer: median(one.perSecond),
    }),
    result({
      ...{ name: "users-cpu-three-vs-one", unit: "connections/CPU-second", peerName },
      ours: perThousand(three),
      peer: perThousand(one),
    }),
  ];
}

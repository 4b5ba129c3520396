/**
 * s6-tlsserver with an engine that traps, or never returns, for one client: that one's connection
 * fails, with a line that says why; those of others in the same process go on, and new clients are
 * served.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, receiveUntil } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { isAlive, type Server, startServer } from "../support/server.ts";
import { namedEnvironment } from "../support/service.ts";
import { words } from "../support/words.ts";
import { type Misdeed, patched } from "./patched-programs.ts";

const NAME = "good.test";

const authority = Authority.root();
const environment = namedEnvironment({ [NAME]: authority.issue({ name: NAME }) });

/** The same for all connections but for the export, which is called for clients of one kind only. */
function serving(exported: string, misdeed: Misdeed, line = ""): Promise<Server> {
  const executable = patched("s6-tlsserver", exported, misdeed);
  const options = words(`--workers 1 -k 2 ${line}`);
  return startServer({ authority, environment, executable, options });
}

function good(server: Server): Promise<TLSSocket> {
  return connect(server, { servername: NAME });
}

/** Says something and hears it again. */
async function echo(client: TLSSocket, text: string): Promise<void> {
  const answer = receiveUntil(client, text);
  client.write(text);
  expect(await answer).toBe(text);
}

/** The server refuses the name: one of the engine's functions that it calls for no other client. */
async function misnamed(server: Server): Promise<void> {
  await connect(server, { servername: "bad.test" }).then(
    () => expect.unreachable("no handshake"),
    () => {},
  );
}

/** After its close_notify, one more function is called, which otherwise isn't. */
async function closing(server: Server): Promise<void> {
  const client = await good(server);
  await echo(client, "soon gone");
  client.on("error", () => {});
  const over = new Promise((resolve) => client.resume().once("close", resolve));
  client.end();
  await within(10_000, "the end", over);
}

it.each([
  ["trap", "engine_refuse", misnamed, "unreachable"],
  ["outOfBounds", "engine_refuse", misnamed, "memory access out of bounds"],
  ["trap", "engine_close", closing, "unreachable"],
  ["outOfBounds", "engine_close", closing, "memory access out of bounds"],
] as const)("%s in %s is one failed connection", async (way, exported, visit, reason) => {
  const server = await serving(exported, way);
  const { workers } = server;
  const other = await good(server);
  for (let turn = 1; turn <= 3; turn++) {
    await echo(other, `before ${turn}`);
    await visit(server);
    await server.logged(`TLS error: the sandbox trapped: ${reason}`, turn);
    await echo(other, `after ${turn}`);
  }
  await echo(await good(server), "a new client");
  expect(server.workers).toEqual(workers);
  expect(server.log).toHaveLength(3);
  const line = /^s6-tlsserver: warning: [0-9]+ from 127\.0\.0\.1:[0-9]+: TLS error: /;
  for (const told of server.log) expect(told).toMatch(line);
});

const PATIENCE = { timeout: 120_000 };

it(
  "one that never returns stops a worker, which is replaced; those of the other go on",
  PATIENCE,
  async () => {
    const server = await serving("engine_refuse", "loop", "--workers 2 --grace 1");
    const { workers } = server;
    const others = [await good(server), await good(server)];
    const stuck = misnamed(server);
    await sleep(300);
    const spared = await Promise.any(
      others.map((client) =>
        within(5000, "an echo", echo(client, "still here")).then(() => client),
      ),
    );
    // A client that comes shows that one does not answer.
    await Promise.all(Array.from({ length: 3 }, () => good(server).catch(() => {})));
    // It has to use a time of the processor's, of which a busy machine gives it less.
    await server.logged("is silent with ", 1, 90_000);
    await eventually("the replacement, and its predecessor's end", () => {
      return server.workers.length === 2 && workers.filter(isAlive).length === 1;
    });
    await stuck;
    await echo(spared, "and still here");
    for (let turn = 0; turn < 4; turn++) await echo(await good(server), "a new client");
  },
);

/**
 * Many connections in a row leave no descriptor, no process, and no memory behind, in the process
 * that listens and in the one that serves. CONNECTIONS in the environment asks for more of them.
 */
import { readFileSync } from "node:fs";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connectRaw } from "../support/clients.ts";
import { COLLECTING, collectGarbage } from "../support/collector.ts";
import { eventually } from "../support/limits.ts";
import { descriptorsOf, residentMemory, type Server, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

const CONNECTIONS = Number(process.env["CONNECTIONS"] ?? 400);
const WARM_UP = 400;
const TIMEOUT_MS = 3_600_000;
const AT_ONCE = 4;
const MAX_GROWTH_MIB = 5;

const ca = readFileSync(authority.certFile);

/** A client that goes about it in one of several ways. */
async function visit({ port }: Server, turn: number): Promise<void> {
  if (turn % 10 === 9) {
    // One that never gets to a handshake.
    const socket = await connectRaw(port);
    socket.destroy();
    return;
  }
  const options: ConnectionOptions = { host: "127.0.0.1", port, ca, servername: SERVER_NAME };
  await new Promise<void>((resolve, reject) => {
    const client = connectTls(options, () => {
      if (turn % 10 === 8) client.destroy();
      else client.end(`turn ${turn}`);
    });
    client
      .resume()
      .once("error", reject)
      .once("close", () => resolve());
  });
}

async function visits(server: Server, count: number): Promise<void> {
  let next = 0;
  const visitor = async () => {
    while (next < count) await visit(server, next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitor));
}

interface Holdings {
  processes: number[];
  descriptors: number[];
  /** Of all processes together, in MiB. */
  memory: number;
}

/** Once everything that is still on its way out has left. */
async function holdingsOf(server: Server): Promise<Holdings> {
  await eventually("the programs' end", () => server.programs.length === 0);
  const processes = [server.pid, ...server.workers];
  await collectGarbage(processes);
  return {
    processes,
    descriptors: processes.map((pid) => descriptorsOf(pid).size),
    memory: processes.reduce((sum, pid) => sum + residentMemory(pid), 0),
  };
}

it(
  `${CONNECTIONS} connections leak no descriptor, no process, and no memory`,
  async () => {
    const server = await startServer({
      ...{ authority, credentials, options: words("--workers 1 -q"), patience: TIMEOUT_MS },
      environment: COLLECTING,
    });
    await visits(server, WARM_UP);
    const before = await holdingsOf(server);
    await visits(server, CONNECTIONS);
    const after = await holdingsOf(server);
    expect(after.processes).toEqual(before.processes);
    expect(after.descriptors).toEqual(before.descriptors);
    expect(after.memory - before.memory).toBeLessThan(MAX_GROWTH_MIB);
  },
  TIMEOUT_MS,
);

/**
 * Three users: keys, and what clients and progs say, are in the memory of the worker that serves them,
 * and neither in the primary's nor in the spawner's. `make probe`.
 */
import { randomBytes } from "node:crypto";
import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mappingsOf } from "../contract/process-memory.ts";
import { Search, secretsOf } from "../contract/secrets.ts";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { type Server, startServer } from "../support/server.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const USERS = { TLS_UID: "65534", TLS_GID: "65534", UID: "33", GID: "33" };

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);

function serving(): Promise<Server> {
  return startServer({
    ...{ authority, credentials, executable: publicProgram("s6-tlsserver") },
    ...{ options: words("-U -v --workers 1"), environment: USERS },
  });
}

function placesIn(pid: number | undefined, search: Search): number {
  return [...mappingsOf(pid ?? 0, /^rw/)].filter(({ content }) => search.count(content) > 0).length;
}

/** Where the two processes that stay root have any of these bytes, and how often a worker has. */
function places(server: Server, search: Search) {
  const { pid, spawner, workers } = server;
  return {
    primary: placesIn(pid, search),
    spawner: placesIn(spawner, search),
    worker: placesIn(workers[0], search),
  };
}

describe("with three users", NEEDS_ROOT, () => {
  it("a key is in a worker, after connections and a reload, and in no process of root's", async () => {
    const server = await serving();
    for (let turn = 0; turn < 4; turn++) await exchange(await connect(server), "busy");
    const search = new Search(secretsOf(credentials));
    expect(places(server, search)).toEqual({ primary: 0, spawner: 0, worker: 1 });
    server.signal("SIGUSR2");
    await server.logged("read all keys and certificates again", 1, 40_000);
    await exchange(await connect(server), "busy");
    const { primary, spawner } = places(server, search);
    expect({ primary, spawner }).toEqual({ primary: 0, spawner: 0 });
  }, 120_000);

  it("what a client says, and prog's answer, are in a worker, and in no process of root's", async () => {
    const server = await serving();
    const said = Array.from({ length: 64 }, () => randomBytes(8).toString("hex"));
    const client = await connect(server);
    const answer = receiveUntil(client, said.at(-1) ?? "");
    client.write(said.join(""));
    expect(await answer).toBe(said.join(""));
    const found = places(server, new Search(said.map((text) => Buffer.from(text))));
    expect(found).toMatchObject({ primary: 0, spawner: 0 });
    expect(found.worker).toBeGreaterThan(0);
  }, 120_000);
});

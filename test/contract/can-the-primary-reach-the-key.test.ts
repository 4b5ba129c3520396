import { describe, expect, test } from "vitest";
import { Authority, type Credentials, type KeyKind } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { NEEDS_PROCESSOR } from "../support/needs.ts";
import { type Server, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";
import { mappingsOf } from "./process-memory.ts";
import { Search, secretsOf } from "./secrets.ts";

/** The process of s6-tlsserver that accepts all connections never has a key. */

const authority = Authority.root();
const kinds: KeyKind[] = ["P-256", "RSA-2048"];

function placesIn(pid: number, search: Search): number {
  return [...mappingsOf(pid)].filter(({ content }) => search.count(content) > 0).length;
}

async function busyServer(credentials: Credentials, runner: string[] = []): Promise<Server> {
  const options = words("--workers 2 -v");
  const server = await startServer({ authority, credentials, options, runner });
  for (let turn = 0; turn < 4; turn++) {
    expect(await exchange(await connect(server), "busy")).toBe("busy");
  }
  server.signal("SIGUSR2");
  await server.logged("read all keys and certificates again");
  return server;
}

describe.each(kinds)("a key of %s, after connections and a reload", NEEDS_PROCESSOR, (kind) => {
  test("is in each worker once, and nowhere in primary and spawner", async () => {
    const credentials = authority.issue({ kind });
    const search = new Search(secretsOf(credentials));
    const server = await busyServer(credentials);
    for (const pid of [server.pid, server.spawner ?? 0]) expect(placesIn(pid, search)).toBe(0);
    // The same search finds the key where it is: the keeper's memory, and no other.
    for (const worker of server.workers) expect(placesIn(worker, search)).toBe(1);
  });

  test("that came through a pipe is in each worker once, and nowhere in primary and spawner", async () => {
    const credentials = authority.issue({ kind });
    const search = new Search(secretsOf(credentials));
    const script = 'KEYFILE=<(cat "$KEYFILE") exec "$@"';
    const server = await busyServer(credentials, ["bash", "--norc", "-c", script, "bash"]);
    for (const pid of [server.pid, server.spawner ?? 0]) expect(placesIn(pid, search)).toBe(0);
    for (const worker of server.workers) expect(placesIn(worker, search)).toBe(1);
  });
});

/**
 * Where Node has a permission model that can be told what a worker reads (Node 22 and later), a worker
 * that was taken over opens nothing else, starts nothing, and has no inspector. `make probe`.
 */
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { publicProgram } from "../support/nobody.ts";
import { node } from "../support/nodes.ts";
import { scratch } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const USERS = { TLS_UID: "65534", TLS_GID: "65534", UID: "33", GID: "33" };

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);
const anchors = join(scratch, "anchors");
mkdirSync(anchors);
copyFileSync(authority.certFile, join(anchors, "root.pem"));

/** What a worker tries when its first client comes. As a data: URL, since a file could not be read. */
const TRIES = `
import { createRequire } from "node:module";
const require = createRequire("file:///");
const { readFileSync, readdirSync, writeFileSync, writeSync } = require("node:fs");
const tries = {
  passwd: () => readFileSync("/etc/hostname"),
  root: () => readdirSync("/"),
  write: () => writeFileSync("/tmp/taken-over", ""),
  start: () => require("node:child_process").spawnSync("id"),
  thread: () => new (require("node:worker_threads").Worker)("", { eval: true }),
  inspector: () => require("node:inspector").open(0),
  key: () => readFileSync(process.env.KEYFILE),
};
if (process.env.S6_TLSSERVER_ROLE === "worker") process.on("message", ({ order, client }) => {
  if (order !== "serve" || client.number > 1) return;
  const outcome = ([name, attempt]) => {
    try { attempt(); return name + " done"; } catch ({ code }) { return name + " " + code; }
  };
  writeSync(2, "tried: " + Object.entries(tries).map(outcome).join(", ") + "\\n");
});
`;

function serving(version: 22 | 24 | 26, environment: Record<string, string> = {}): Promise<Server> {
  return startServer({
    ...{ authority, credentials, executable: publicProgram("s6-tlsserver") },
    ...{ runner: [node(version)], options: words("-U -v -Y --workers 1") },
    environment: { ...USERS, CADIR: anchors, ...environment },
  });
}

describe("under the permission model", NEEDS_ROOT, () => {
  it.each([22, 24, 26] as const)(
    "Node %i: a worker serves, at first, after its death, after USR2",
    async (version) => {
      const server = await serving(version);
      await server.logged("under Node's permission model");
      expect(await exchange(await connect(server), "at first")).toBe("at first");
      process.kill(server.workers[0] ?? Number.NaN, "SIGKILL");
      await server.logged("replacing it");
      expect(await exchange(await connect(server), "replaced")).toBe("replaced");
      server.signal("SIGUSR2");
      await server.logged("read all keys and certificates again");
      expect(await exchange(await connect(server), "reloaded")).toBe("reloaded");
      expect(server.saying("ExperimentalWarning")).toEqual([]);
    },
    60_000,
  );

  it.each([22, 24, 26] as const)(
    "Node %i: a worker that was taken over opens and starts nothing",
    async (version) => {
      const url = `data:text/javascript,${encodeURIComponent(TRIES)}`;
      const server = await serving(version, { NODE_OPTIONS: `--import=${url}` });
      expect(await exchange(await connect(server), "served")).toBe("served");
      const [line = ""] = await server.logged("tried: ");
      const outcomes = Object.fromEntries(
        line
          .replace("tried: ", "")
          .split(", ")
          .map((one) => one.split(" ")),
      );
      // Where nothing can be dropped, the system denies what root alone may read.
      const key = version < 24 ? "EACCES" : "ERR_ACCESS_DENIED";
      const others = ["passwd", "root", "write", "start", "thread", "inspector"];
      const denied = Object.fromEntries(others.map((name) => [name, "ERR_ACCESS_DENIED"]));
      expect(outcomes).toEqual({ ...denied, key });
    },
    60_000,
  );

  it("a --require of NODE_OPTIONS is read where it is, and the log says what does not hold", async () => {
    const server = await serving(22, { NODE_OPTIONS: "--require=node:path" });
    await server.logged("without Node's permission model");
    expect(await exchange(await connect(server), "served")).toBe("served");
  });
});

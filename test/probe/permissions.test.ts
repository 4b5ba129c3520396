/**
 * Where Node has a permission model that can be told what a process reads (Node 22 and later), a worker, or
 * s6-tlsd's process of the engine, that was taken over opens nothing else, starts nothing, and has no
 * inspector. `make probe`.
 */
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { node } from "../support/nodes.ts";
import { everything } from "../support/processes.ts";
import { scratch } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";
import { serve } from "../support/service.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const USERS = { TLS_UID: "65534", TLS_GID: "65534", UID: "33", GID: "33" };

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);
const anchors = join(scratch, "anchors");
mkdirSync(anchors);
copyFileSync(authority.certFile, join(anchors, "root.pem"));

/**
 * What a worker tries when its first client comes, and an engine's process once it has given root up. As a
 * data: URL, since a file could not be read.
 */
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
function tryAll() {
  const outcome = ([name, attempt]) => {
    try { attempt(); return name + " done"; } catch ({ code }) { return name + " " + code; }
  };
  writeSync(2, "tried: " + Object.entries(tries).map(outcome).join(", ") + "\\n");
}
if (process.env.S6_TLSSERVER_ROLE === "worker") process.on("message", ({ order, client }) => {
  if (order === "serve" && client.number === 1) tryAll();
});
const { setuid } = process;
if (/-io$/.test(process.argv[1])) process.setuid = (uid) => {
  setuid(uid);
  setImmediate(tryAll);
};
`;

const TRIES_URL = `data:text/javascript,${encodeURIComponent(TRIES)}`;

/** Where nothing can be dropped (Node 22), the system denies what root alone may read. */
function expectAllDenied(line: string, version: number): void {
  const tried = line.replace(/^.*tried: /, "").split(", ");
  const key = version < 24 ? "EACCES" : "ERR_ACCESS_DENIED";
  const others = ["passwd", "root", "write", "start", "thread", "inspector"];
  const denied = Object.fromEntries(others.map((name) => [name, "ERR_ACCESS_DENIED"]));
  expect(Object.fromEntries(tried.map((one) => one.split(" ")))).toEqual({ ...denied, key });
}

function serving(version: 22 | 24 | 26, environment: Record<string, string> = {}): Promise<Server> {
  return startServer({
    ...{ authority, credentials, executable: publicProgram("s6-tlsserver") },
    ...{ runner: [node(version)], options: words("-U -v -Y --workers 1") },
    environment: {
      ...USERS,
      ...("CAFILE" in environment ? {} : { CADIR: anchors }),
      ...environment,
    },
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
      const server = await serving(version, { NODE_OPTIONS: `--import=${TRIES_URL}` });
      expect(await exchange(await connect(server), "served")).toBe("served");
      const [line = ""] = await server.logged("tried: ");
      expectAllDenied(line, version);
    },
    60_000,
  );

  it("a --require of NODE_OPTIONS is read where it is, and the log says what does not hold", async () => {
    const server = await serving(22, { NODE_OPTIONS: "--require=node:path" });
    await server.logged("without Node's permission model");
    expect(await exchange(await connect(server), "served")).toBe("served");
  });

  it.each([22, 24, 26] as const)(
    "Node %i: CAFILE=system: a worker reads it",
    async (version) => {
      const server = await serving(version, { CAFILE: "system" });
      expect(await exchange(await connect(server), "served")).toBe("served");
    },
    60_000,
  );
});

describe("s6-tlsd's process of the engine, under the permission model", NEEDS_ROOT, () => {
  async function behindSuperServer(version: 22 | 24 | 26, environment = {}) {
    const listener = await serve({
      ...{ credentials, executable: publicProgram("s6-tlsd"), options: ["-v2"] },
      ...{ through: [node(version)], prog: ["head", "-n", "1"] },
      environment: { TLS_UID: "65534", TLS_GID: "65534", ...environment },
    });
    return { port: listener.port, authority, tunnel: () => listener.tunnel() };
  }

  it.each([22, 24, 26] as const)(
    "Node %i: it serves, and sees at once that prog has ended",
    async (version) => {
      const destination = await behindSuperServer(version);
      const client = await connect(destination);
      client.write("a line\n");
      // The client stays: it is the engine that hears of prog's end.
      expect((await everything(client)).toString()).toBe("a line\n");
      const { stderr } = await (await destination.tunnel()).ended;
      expect(stderr).toContain(
        "s6-tlsd: info: s6-tlsd-io runs with no_new_privs, and under Node's permission model\n",
      );
      expect(stderr).toContain("ended normally");
      expect(stderr).not.toContain("Warning");
    },
    60_000,
  );

  it.each([22, 24, 26] as const)(
    "Node %i: one that was taken over opens and starts nothing",
    async (version) => {
      const environment = { NODE_OPTIONS: `--import=${TRIES_URL}` };
      const destination = await behindSuperServer(version, environment);
      expect(await exchange(await connect(destination), "a line\n")).toBe("a line\n");
      const { stderr } = await (await destination.tunnel()).ended;
      const [line = "", ...more] = stderr.split("\n").filter((one) => one.includes("tried: "));
      expect(more).toEqual([]);
      expectAllDenied(line, version);
    },
    60_000,
  );

  it("where NODE_OPTIONS loads a file, -v 2 says what does not hold", async () => {
    const listener = await serve({
      ...{ credentials, executable: publicProgram("s6-tlsd"), options: ["-v2"], prog: ["cat"] },
      environment: { TLS_UID: "65534", TLS_GID: "65534", NODE_OPTIONS: "--require=node:path" },
    });
    await exchange(await connect({ port: listener.port, authority }), "served");
    const { stderr } = await (await listener.tunnel()).ended;
    expect(stderr).toContain("with no_new_privs, and without Node's permission model\n");
  });
});

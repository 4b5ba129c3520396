/**
 * A server of one user. Where that is root, progs are started by the spawner, as by a worker itself; where
 * there can't be a spawner, and where it is another user, by workers.
 */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import {
  childrenOf,
  isAlive,
  NO_FOLDER,
  NO_TMPDIR,
  roleOf,
  runServer,
  type Server,
  type Serving,
  startServer,
} from "../support/server.ts";
import { doorsFolder, listeningPaths } from "../support/sockets-of.ts";
import { asUnprivilegedUser, publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o444);

function serving(more: Partial<Serving> = {}): Promise<Server> {
  const executable = publicProgram("s6-tlsserver");
  return startServer({ authority, credentials, executable, options: ["--workers", "2"], ...more });
}

const spawnersOf = ({ pid }: Server) => childrenOf(pid).filter((one) => roleOf(one) === "spawner");

const SAME_NAMESPACES = ["unshare", "-m", "sh", "-c", 'exec "$@"', "sh"];

/** All that a prog finds, one thing a line. */
const TELLS_ALL = `
  own=/proc/$$
  tr '\\0' '\\n' <$own/environ | grep -Ev '^TCP(REMOTE|LOCAL)PORT=' | sort
  tr '\\0' ' ' <$own/cmdline; echo
  pwd; umask; id; ulimit -a; cat $own/limits $own/cgroup $own/oom_score_adj
  # By the shell itself: it blocks signals when it starts another process.
  while read -r name rest; do
    case $name in Uid:|Gid:|Groups:|NoNewPrivs:|Seccomp:|Sig[BIC]*:|Cap*:|Cpus*:|Threads:) echo $name $rest ;; esac
  done <$own/status
  cut -d' ' -f5-8,18-20 $own/stat
  for fd in $(ls $own/fd | sort -n); do
    echo "$fd $(readlink $own/fd/$fd | tr -d 0-9) $(grep flags $own/fdinfo/$fd)"
  done
  echo end`;

const REMOVALS: readonly (readonly [string, (folder: string) => void])[] = [
  ["its folder is removed", (folder) => rmSync(folder, { recursive: true })],
  [
    "its sockets are removed",
    (folder) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
  ],
];

describe("of root", NEEDS_ROOT, () => {
  it("what prog sees is the same as if its worker had started it", async () => {
    const seen: string[] = [];
    for (const through of [SAME_NAMESPACES, NO_FOLDER]) {
      const server = await serving({
        ...{ runner: through, environment: NO_TMPDIR },
        prog: ["sh", "-c", TELLS_ALL, "zero", "one two", ""],
      });
      expect(spawnersOf(server)).toHaveLength(through === NO_FOLDER ? 0 : 1);
      const heard = await receiveUntil(await connect(server), "end\n");
      seen.push(heard.replaceAll(`${server.pid}`, "SERVER"));
      await server.stop();
    }
    expect(seen[0]).toContain("SSL_PROTOCOL=");
    expect(seen[0]).toContain("0 socket:[] flags:");
    expect(seen[1]).toBe(seen[0]);
  });

  it("all processes are that user, and progs are the spawner's", async () => {
    const server = await serving();
    await exchange(await connect(server), "x");
    await connect(server);
    const [spawner = 0] = spawnersOf(server);
    await eventually("prog", () => childrenOf(spawner).length > 0);
    expect(server.workers.flatMap(childrenOf)).toEqual([]);
    const all = [server.pid, spawner, ...server.workers, ...server.programs];
    expect(new Set(all.map(identityOf)).size).toBe(1);
  });

  it("its sockets are its user's alone, and are gone with it", async () => {
    const server = await serving();
    const folder = doorsFolder(server.spawner);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(folder).uid).toBe(statSync(`/proc/${server.pid}`).uid);
    const sockets = readdirSync(folder);
    expect(sockets).toHaveLength(4);
    for (const name of sockets) expect(statSync(`${folder}/${name}`).mode & 0o777).toBe(0o600);
    await server.stop();
    expect(existsSync(folder)).toBe(false);
  });

  it("its sockets are gone, too, when the process that listens is killed", async () => {
    const server = await serving();
    const folder = doorsFolder(server.spawner);
    server.signal("SIGKILL");
    await eventually("the folder's end", () => !existsSync(folder));
  });

  it.each(REMOVALS)("when %s, there are others", async (_, remove) => {
    const server = await serving();
    const folder = doorsFolder(server.spawner);
    const before = readdirSync(folder);
    remove(folder);
    // At most those that came first find no prog.
    await failing(server);
    await eventually("sockets for both workers", () => {
      const now = doorsFolder(server.spawner);
      const names = existsSync(now) ? readdirSync(now) : [];
      return names.length === 4 && !names.some((name) => before.includes(name));
    });
    for (let turn = 0; turn < 2; turn++) {
      expect(await exchange(await connect(server), "again")).toBe("again");
    }
  });

  it("a spawner that is killed is replaced; its progs' connections end", async () => {
    const server = await serving();
    const lost = await connect(server);
    lost.on("error", () => {});
    lost.write("x");
    await receiveUntil(lost, "x");
    const [victim = Number.NaN] = spawnersOf(server);
    process.kill(victim, "SIGKILL");
    await server.logged(`spawner ${victim} died (SIGKILL); replacing it`);
    await eventually("the connection's end", () => lost.resume().closed);
    expect(await exchange(await connect(server), "served")).toBe("served");
    expect(spawnersOf(server)).not.toContain(victim);
  });

  it("there is no spawner for --check, which starts no prog", async () => {
    const ended = await runServer({
      ...{ credentials, executable: publicProgram("s6-tlsserver") },
      ...{ options: ["--check", "-v"], environment: NO_TMPDIR },
    });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  });
});

it(
  "another user's progs are their workers', with no socket that a prog could take the place of",
  NEEDS_ROOT,
  async () => {
    const server = await serving({ runner: asUnprivilegedUser, options: words("-v --workers 2") });
    const client = await connect(server);
    client.write("x");
    await receiveUntil(client, "x");
    expect(spawnersOf(server)).toEqual([]);
    expect(server.workers.flatMap(childrenOf)).toEqual(server.programs);
    expect(server.programs).toHaveLength(1);
    for (const pid of [server.pid, ...server.workers]) expect(listeningPaths(pid)).toEqual([]);
    expect(server.saying("by themselves")).toEqual([]);
  },
);

it.each([
  ["another group (-g)", ["-g", "5"]],
  ["other groups (-G)", ["-G", "5"]],
])("another user than root can't have %s: it says so once", NEEDS_ROOT, async (_, options) => {
  const executable = publicProgram("s6-tlsserver");
  const ended = await runServer({ credentials, executable, options, runner: asUnprivilegedUser });
  expect(ended).toMatchObject({ code: 111, stdout: "" });
  expect(ended.stderr).toMatch(
    /^s6-tlsserver: fatal: unable to drop privileges: Operation not permitted\n$/,
  );
});

describe("where there can't be a spawner, workers start progs, and -v says why", NEEDS_ROOT, () => {
  const long = scratchFile("long".repeat(25));
  mkdirSync(long);
  const NO_SOCKETS = scratchFile(
    "no-sockets.cjs",
    `const { Server } = require("node:net");
    const { listen } = Server.prototype;
    Server.prototype.listen = function (...where) {
      if (typeof where[0] !== "string") return listen.apply(this, where);
      process.nextTick(() => this.emit("error", new Error("there are none")));
      return this;
    };`,
  );

  it.each([
    ["no folder can be written to", NO_FOLDER, NO_TMPDIR, "unable to make a folder for sockets: "],
    [
      "the path is too long",
      NO_FOLDER,
      { TMPDIR: long },
      /\/[0-9]+-(long)+\/.* is too long for a socket$/,
    ],
  ])("%s", async (_, runner, environment, why) => {
    const options = words("-v --workers 2");
    const server = await serving({ runner, environment, options });
    const [line = ""] = await server.logged("workers start progs by themselves: ");
    expect(line).toMatch(why);
    expect(spawnersOf(server)).toEqual([]);
    expect(await exchange(await connect(server), "served")).toBe("served");
    const client = await connect(server);
    client.write("x");
    await receiveUntil(client, "x");
    expect(server.workers.flatMap(childrenOf)).toHaveLength(1);
    client.destroy();
    expect(await server.stop()).toMatchObject({ code: 0 });
  });

  it("no sockets can be made", async () => {
    const server = await serving({
      options: words("-v --workers 2"),
      environment: { NODE_OPTIONS: `--require ${NO_SOCKETS}` },
    });
    await server.logged(
      /by themselves: unable to make a folder for sockets: no socket can be made/,
    );
  });

  it("with a TMPDIR that is too long, another folder will do", async () => {
    const server = await serving({ environment: { TMPDIR: long } });
    expect(doorsFolder(server.spawner)).toMatch(/^\/(dev\/shm|run)\//);
    expect(await exchange(await connect(server), "served")).toBe("served");
  });
});

it("more than four workers have more than one spawner, and each has its own", async () => {
  const server = await serving({
    options: ["--workers", "5"],
    prog: ["sh", "-c", "echo $PPID; cat"],
  });
  const spawners = spawnersOf(server);
  const folder = doorsFolder(server.spawner);
  expect(spawners).toHaveLength(2);
  const parents = new Set<number>();
  for (let turn = 0; turn < 5; turn++) {
    parents.add(Number(await receiveUntil(await connect(server), "\n")));
  }
  expect([...parents].sort()).toEqual([...spawners].sort());
  // Workers of the other one are not disturbed when one is replaced.
  const [victim = Number.NaN] = spawners;
  process.kill(victim, "SIGKILL");
  await server.logged("replacing it");
  await eventually(
    "another one",
    () => spawnersOf(server).filter((pid) => pid !== victim).length === 2,
  );
  for (let turn = 0; turn < 5; turn++) {
    const told = Number(await receiveUntil(await connect(server), "\n"));
    expect(spawnersOf(server)).toContain(told);
  }
  expect(spawners.filter(isAlive)).toHaveLength(1);
  server.signal("SIGKILL");
  await eventually("the folder's end", () => !existsSync(folder));
});

/** A client that may find no prog. */
async function failing(server: Server): Promise<void> {
  const client = await connect(server);
  client.on("error", () => {});
  client.end("x");
  await everything(client).catch(() => {});
}

function identityOf(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return ["Uid", "Gid", "Groups"].map((name) => status.match(`\n${name}:.*`)?.[0]).join();
}

/**
 * -u, -g, -G and -U: every process that serves or runs for a client is that user, in every thread; a
 * worker that comes later, too. The primary stays root: it reads no byte of a client, and starts
 * workers that read the keys before they change.
 */

import { once } from "node:events";
import { chmodSync, chownSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Authority, type Credentials } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { runServer, type Server, startServer } from "../support/server.ts";
import { listeningPorts } from "../support/sockets-of.ts";
import {
  asUnprivilegedUser,
  publicProgram,
  UNPRIVILEGED_USER,
} from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();

/** Keys that the user of these tests can read, and no other user but those that are named. */
function keyFor(owner: number): Credentials {
  const credentials = authority.issue();
  chmodSync(credentials.keyFile, 0o400);
  chownSync(credentials.keyFile, owner, owner);
  return credentials;
}

interface Identity {
  uids: string;
  gids: string;
  groups: string;
}

/** Of each thread of a process: real, effective, saved and file system's ids. */
function identitiesOf(pid: number): Identity[] {
  return readdirSync(`/proc/${pid}/task`).map((task) => {
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, "utf8");
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "m").exec(status)?.[1]?.replaceAll("\t", " ") ??
      "";
    return { uids: field("Uid"), gids: field("Gid"), groups: field("Groups") };
  });
}

/** A worker has one group more, which is its alone: by it the spawner lets it in. */
function withoutDoor({ groups, ...ids }: Identity): Identity {
  const all = groups.split(" ").filter(Boolean);
  const doors = all.filter((group) => Number(group) > 0x7000_0000);
  expect(doors, JSON.stringify({ groups, ...ids })).toHaveLength(1);
  return { ...ids, groups: all.filter((group) => !doors.includes(group)).join(" ") };
}

/** The ids of all threads of both workers, and of the program of one connection. */
async function allIdentities(server: Server): Promise<Identity[]> {
  const { workers, programs } = await everybody(server);
  const ofWorkers = workers.map(identitiesOf);
  expect(new Set(ofWorkers.map(([first]) => first?.groups)).size).toBe(2);
  return [...ofWorkers.flat().map(withoutDoor), ...programs.flatMap(identitiesOf)];
}

function four(id: number): string {
  return `${id} ${id} ${id} ${id}`;
}

async function serving(line: string, environment: Record<string, string> = {}): Promise<Server> {
  const options = words(`--workers 2 ${line}`);
  const prog = ["sh", "-c", "echo ready; cat"];
  const executable = publicProgram("s6-tlsserver");
  const credentials = keyFor(UNPRIVILEGED_USER);
  return startServer({ authority, credentials, executable, options, prog, environment });
}

/** Both workers, and the program of one connection. */
async function everybody(server: Server): Promise<{ workers: number[]; programs: number[] }> {
  await receiveUntil(await connect(server), "ready\n");
  expect(server.workers).toHaveLength(2);
  expect(server.programs).toHaveLength(1);
  expect(identitiesOf(server.pid)[0]?.uids).toBe(four(0));
  const { workers, programs } = server;
  return { workers, programs };
}

const IDS = { UID: `${UNPRIVILEGED_USER}`, GID: "65533" };

describe("as root", NEEDS_ROOT, () => {
  it.each([
    ["-u 65534 -g 65533 -G 65532,65531", {}, "65531 65532"],
    ["-u65534 -g65533", {}, ""],
    ["-U", { ...IDS, GIDLIST: "65532,65531" }, "65531 65532"],
    ["-U", IDS, ""],
    ["-u nobody -g 65533 -G daemon,bin", {}, "1 2"],
    ["-U", { ...IDS, UID: "nobody", GIDLIST: "bin" }, "2"],
  ])("%s %j: all ids of all threads", async (line, environment: Record<string, string>, groups) => {
    const server = await serving(line, environment);
    const expected = { uids: four(UNPRIVILEGED_USER), gids: four(65533), groups };
    const identities = await allIdentities(server);
    expect(identities.length).toBeGreaterThan(2);
    for (const identity of identities) expect(identity).toEqual(expected);
  });

  it("a worker that replaces another one is no better", async () => {
    const server = await serving("-u 65534 -g 65533 -G 65532");
    const before = server.workers;
    process.kill(before[0] ?? Number.NaN, "SIGKILL");
    await eventually("a replacement", () => {
      return server.workers.length === 2 && server.workers[1] !== before[1];
    });
    // Until it serves, it may read what root may read.
    const changed = (pid: number) =>
      identitiesOf(pid).every(({ uids }) => uids === four(UNPRIVILEGED_USER));
    await eventually("its change of user", () => server.workers.every(changed));
    const expected = { uids: four(UNPRIVILEGED_USER), gids: four(65533), groups: "65532" };
    for (const identity of await allIdentities(server)) expect(identity).toEqual(expected);
  });

  it("-G alone: root with these groups and no others", async () => {
    const server = await serving("-G 65532");
    const { workers, programs } = await everybody(server);
    const { spawner = Number.NaN } = server;
    for (const pid of [...workers, spawner, ...programs]) {
      expect(identitiesOf(pid)[0]).toEqual({ uids: four(0), gids: four(0), groups: "65532" });
    }
  });

  it("a port below 1024 can be had", async () => {
    const port = await lowPort();
    const executable = publicProgram("s6-tlsserver");
    const credentials = keyFor(UNPRIVILEGED_USER);
    const options = ["-u", "65534", "-g", "65534"];
    const server = await startServer({
      authority,
      credentials,
      executable,
      options,
      port: `${port}`,
    });
    expect(listeningPorts(server.pid)).toEqual([port]);
    await connect(server);
    expect(identitiesOf(server.workers[0] ?? 0)[0]?.uids).toBe(four(UNPRIVILEGED_USER));
  });

  it("a key that root alone can read serves: at start, in a replacement, and after USR2", async () => {
    const executable = publicProgram("s6-tlsserver");
    const credentials = keyFor(0);
    const options = ["-u", "65534", "-g", "65534", "-v", "--workers", "1"];
    const server = await startServer({ authority, credentials, executable, options });
    // In TLS 1.3 its last bytes may be unread when the worker is killed: then it gets a reset.
    (await connect(server)).on("error", () => {});
    process.kill(server.workers[0] ?? Number.NaN, "SIGKILL");
    await server.logged("replacing it");
    await connect(server);
    server.signal("SIGUSR2");
    await server.logged("read all keys and certificates again");
    await connect(server);
  });

  it("USR2: new workers take over, and the old ones leave with their last connection", async () => {
    const server = await serving("-u 65534 -g 65534 -v");
    const before = server.workers;
    const open = await connect(server);
    await receiveUntil(open, "ready\n");
    server.signal("SIGUSR2");
    await server.logged("read all keys and certificates again");
    await eventually("the end of the idle one", () => server.workers.length === 3);
    expect(await exchange(open, "from before")).toBe("from before");
    await eventually("the end of the other one", () => server.workers.length === 2);
    expect(server.workers.filter((pid) => before.includes(pid))).toEqual([]);
    expect(server.saying("replacing")).toEqual([]);
    await receiveUntil(await connect(server), "ready\n");
  });

  it("USR2 with a bad key: the old workers serve on, and no other is left", async () => {
    const executable = publicProgram("s6-tlsserver");
    const credentials = keyFor(0);
    const options = ["-u", "65534", "-g", "65534", "-v", "--workers", "2"];
    const server = await startServer({ authority, credentials, executable, options });
    const { workers } = server;
    const good = readFileSync(credentials.keyFile);
    writeFileSync(credentials.keyFile, "no key");
    server.signal("SIGUSR2");
    const [line] = await server.logged("keeping the old keys and certificates");
    expect(line).toContain(`unable to read private key in ${credentials.keyFile}`);
    await connect(server);
    await eventually("the end of the new ones", () => server.workers.length === 2);
    expect(server.workers).toEqual(workers);
    writeFileSync(credentials.keyFile, good);
    server.signal("SIGUSR2");
    await server.logged("read all keys and certificates again");
    await connect(server);
  });

  it("-u without -g: the user's own group; unknown, or root's: 100, and nothing listens", async () => {
    const server = await serving("-u 65534");
    const expected = { uids: four(UNPRIVILEGED_USER), gids: four(UNPRIVILEGED_USER), groups: "" };
    for (const identity of await allIdentities(server)) expect(identity).toEqual(expected);
    const executable = publicProgram("s6-tlsserver");
    for (const uid of ["54321", "0"]) {
      const ended = await runServer({ credentials: keyFor(0), executable, options: ["-u", uid] });
      expect(ended).toMatchObject({ code: 100, stdout: "" });
      expect(ended.stderr).toContain(`-u ${uid} needs a group (-g): `);
    }
  });

  it("a process that is that user already needs no rights for it", async () => {
    const server = await startServer({
      ...{ authority, credentials: keyFor(UNPRIVILEGED_USER), runner: asUnprivilegedUser },
      executable: publicProgram("s6-tlsserver"),
      options: ["-u", "65534", "-g", "65534"],
    });
    await connect(server);
  });
});

/** A port below 1024 on which no server listens. */
async function lowPort(): Promise<number> {
  for (let port = 1023; port > 900; port--) {
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    probe.close();
    if (isFree) return port;
  }
  throw new Error("all low ports are taken");
}

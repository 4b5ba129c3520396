/**
 * -u, -g, -G and -U: everybody who serves, reads a key or runs for a client is somebody else then,
 * in every thread; a worker that comes later, too.
 */

import { once } from "node:events";
import { chmodSync, chownSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Authority, type Credentials } from "../support/certificates.ts";
import { connect, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { asNobody, NOBODY, publicProgram } from "../support/nobody.ts";
import { runServer, type Server, startServer } from "../support/server.ts";
import { listeningPorts } from "../support/sockets-of.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();

/** Keys that the user of these tests can read, and nobody else but who is told so. */
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

function four(id: number): string {
  return `${id} ${id} ${id} ${id}`;
}

async function serving(line: string, environment: Record<string, string> = {}): Promise<Server> {
  const options = words(`--workers 2 ${line}`);
  const prog = ["sh", "-c", "echo ready; cat"];
  const executable = publicProgram("s6-tlsserver");
  const credentials = keyFor(NOBODY);
  return startServer({ authority, credentials, executable, options, prog, environment });
}

/** The primary, both workers, and the program of one connection. */
async function everybody(server: Server): Promise<number[]> {
  await receiveUntil(await connect(server), "ready\n");
  expect(server.workers).toHaveLength(2);
  expect(server.programs).toHaveLength(1);
  return [server.pid, ...server.workers, ...server.programs];
}

const IDS = { UID: `${NOBODY}`, GID: "65533" };

describe("as root", NEEDS_ROOT, () => {
  it.each([
    ["-u 65534 -g 65533 -G 65532,65531", {}, "65531 65532"],
    ["-u65534 -g65533", {}, ""],
    ["-U", { ...IDS, GIDLIST: "65532,65531" }, "65531 65532"],
    ["-U", IDS, ""],
  ])("%s %j: all ids of all threads", async (line, environment: Record<string, string>, groups) => {
    const server = await serving(line, environment);
    const expected = { uids: four(NOBODY), gids: four(65533), groups };
    for (const pid of await everybody(server)) {
      const identities = identitiesOf(pid);
      expect(identities.length).toBeGreaterThan(0);
      for (const identity of identities) expect(identity).toEqual(expected);
    }
  });

  it("a worker that replaces another one is no better", async () => {
    const server = await serving("-u 65534 -g 65533 -G 65532");
    const before = server.workers;
    process.kill(before[0] ?? Number.NaN, "SIGKILL");
    await eventually("a replacement", () => {
      return server.workers.length === 2 && server.workers[1] !== before[1];
    });
    const expected = { uids: four(NOBODY), gids: four(65533), groups: "65532" };
    for (const pid of await everybody(server)) {
      for (const identity of identitiesOf(pid)) expect(identity).toEqual(expected);
    }
  });

  it("-G alone: root with these groups and no others", async () => {
    const server = await serving("-G 65532");
    for (const pid of await everybody(server)) {
      expect(identitiesOf(pid)[0]).toEqual({ uids: four(0), gids: four(0), groups: "65532" });
    }
  });

  it("a port below 1024 is bound before root's rights are gone", async () => {
    const port = await lowPort();
    const executable = publicProgram("s6-tlsserver");
    const credentials = keyFor(NOBODY);
    const options = ["-u", "65534", "-g", "65534"];
    const server = await startServer({
      authority,
      credentials,
      executable,
      options,
      port: `${port}`,
    });
    expect(listeningPorts(server.pid)).toEqual([port]);
    expect(identitiesOf(server.pid)[0]?.uids).toBe(four(NOBODY));
  });

  it("a key that this user can't read: 96, and nothing listens", async () => {
    const executable = publicProgram("s6-tlsserver");
    const credentials = keyFor(0);
    const options = ["-u", "65534", "-g", "65534"];
    const { keyFile } = credentials;
    expect(await runServer({ credentials, executable, options })).toMatchObject({
      ...{ code: 96, stdout: "" },
      stderr: `s6-tlsserver: fatal: unable to read private key in ${keyFile}: Permission denied\n`,
    });
  });

  it("USR2 reads the keys as that user", async () => {
    const executable = publicProgram("s6-tlsserver");
    const credentials = keyFor(NOBODY);
    const options = ["-u", "65534", "-g", "65534", "-v"];
    const server = await startServer({ authority, credentials, executable, options });
    chownSync(credentials.keyFile, 0, 0);
    server.signal("SIGUSR2");
    await server.logged(/keeping the old .*: Permission denied/);
    await connect(server);
  });

  it("who is that user already needs no rights for it", async () => {
    const server = await startServer({
      ...{ authority, credentials: keyFor(NOBODY), runner: asNobody },
      executable: publicProgram("s6-tlsserver"),
      options: ["-u", "65534", "-g", "65534"],
    });
    await connect(server);
  });
});

/** A port below 1024 on which nobody listens. */
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

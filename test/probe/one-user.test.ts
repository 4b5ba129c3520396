/**
 * What a prog can reach of an s6-tlsserver that root started with -u: neither the key nor the
 * processes that know it, also of a worker that came later. `make probe`.
 */
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { type Server, type Serving, startServer } from "../support/server.ts";
import { doorsFolder } from "../support/sockets-of.ts";
import { asUser, publicProgram, UNPRIVILEGED_USER } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";
import { Prober, reachProgram } from "./prober.ts";

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);
chmodSync(credentials.certFile, 0o400);

const probers: Prober[] = [];

afterEach(() => {
  for (const prober of probers.splice(0)) prober.leave();
});

function serving(line: string, more: Partial<Serving> = {}): Promise<Server> {
  return startServer({
    ...{ authority, credentials, executable: publicProgram("s6-tlsserver") },
    ...{ prog: [reachProgram()], options: words(`-v --workers 2 ${line}`), ...more },
  });
}

async function prober(server: Server): Promise<Prober> {
  const one = await Prober.at(server);
  probers.push(one);
  return one;
}

/** From several connections, because they are shared out among the workers. */
async function reachNothing(server: Server): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    const one = await prober(server);
    expect(await one.canRead(credentials.keyFile), "the key's file").toBe(false);
    const [first = 0, second = 0] = server.workers;
    const { spawner = 0 } = server;
    await one.reachesNoneOf({ primary: server.pid, spawner, first, second });
    // A prog is the same user as the workers here, and sees where they connect.
    expect(await one.doorsIn(doorsFolder(server.spawner))).toEqual([]);
  }
}

/** Who a process is: real, effective, saved and file system's ids. */
function idsOf(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return /^Uid:\s+(.*)$/m.exec(status)?.[1]?.replaceAll("\t", " ") ?? "";
}

describe("started by root, with a key that only root may read", NEEDS_ROOT, () => {
  it.each([["-u 65534 -g 65534"], ["-u 65534"], ["-U"]])(
    "%s: at first, after a worker was killed, after USR2",
    async (line) => {
      const environment = { UID: `${UNPRIVILEGED_USER}`, GID: `${UNPRIVILEGED_USER}` };
      const server = await serving(line, { environment });
      await reachNothing(server);

      const [victim = Number.NaN] = server.workers;
      process.kill(victim, "SIGKILL");
      await server.logged("replacing it");
      await eventually("the replacement", () => server.workers.length === 2);
      await eventually("its new user", () => server.workers.every(isNobody));
      await reachNothing(server);

      const before = server.workers;
      server.signal("SIGUSR2");
      await server.logged("read all keys and certificates again");
      expect(server.workers.filter((pid) => !before.includes(pid))).toHaveLength(2);
      for (const prober of probers.splice(0)) prober.leave();
      await eventually("the end of the old ones", () => server.workers.length === 2);
      await reachNothing(server);
    },
  );

  it("the probe itself can reach: another prog of the same user, unless the system forbids it", async () => {
    const server = await serving("-u 65534 -g 65534");
    const [one, other] = [await prober(server), await prober(server)];
    const way = yamaForbids() ? "environ" : "mem";
    expect(await one.waysInto(other.pid)).toContain(way);
  });

  it("a group that is root's is never what is left", async () => {
    const server = await serving("-u 65534");
    for (const pid of server.workers) {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      expect(/^Gid:\s+(.*)$/m.exec(status)?.[1]).not.toMatch(/\b0\b/);
      const groups = /^Groups:[ \t]*(.*)$/m.exec(status)?.[1]?.trim().split(" ").map(Number) ?? [];
      expect(groups.filter((group) => group < 0x7000_0000)).toEqual([]);
    }
  });
});

describe("started by another user than root", NEEDS_ROOT, () => {
  it("a prog can read its worker, as the threat model says", async () => {
    const own = authority.issue();
    chmodSync(own.keyFile, 0o444);
    chmodSync(own.certFile, 0o444);
    const server = await serving("", { credentials: own, runner: asUser(UNPRIVILEGED_USER) });
    const one = await prober(server);
    const ways = await one.waysInto(server.workers[0] ?? 0);
    expect(ways).toContain(yamaForbids() ? "environ" : "mem");
  });
});

function isNobody(pid: number): boolean {
  return idsOf(pid) === Array(4).fill(UNPRIVILEGED_USER).join(" ");
}

/** Linux' Yama lets only a parent trace its children. */
function yamaForbids(): boolean {
  const folder = "/proc/sys/kernel";
  if (!readdirSync(folder).includes("yama")) return false;
  return readFileSync(`${folder}/yama/ptrace_scope`, "utf8").trim() !== "0";
}

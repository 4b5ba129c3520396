/**
 * Three users: root has the keys, TLS_UID the engines, and -u, or -U, the progs. A prog reaches none of
 * what is not its own, at first, after a worker and the spawner were killed, and after USR2; and the
 * spawner believes nothing of a worker. `make probe`.
 */
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { publicProgram } from "../support/nobody.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import {
  childrenOf,
  isAlive,
  runServer,
  type Server,
  type Serving,
  startServer,
} from "../support/server.ts";
import { words } from "../support/words.ts";
import { doorsFolder, Prober, reachProgram } from "./prober.ts";

const [TLS, WWW] = [65_534, 33];

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);
chmodSync(credentials.certFile, 0o400);

const USERS = { TLS_UID: `${TLS}`, TLS_GID: `${TLS}`, UID: `${WWW}`, GID: `${WWW}` };

function serving(more: Partial<Serving> = {}): Promise<Server> {
  return startServer({
    ...{ authority, credentials, executable: publicProgram("s6-tlsserver") },
    ...{ prog: [reachProgram()], options: words("-U -v --workers 2"), environment: USERS },
    ...more,
  });
}

const probers: Prober[] = [];

afterEach(() => {
  for (const prober of probers.splice(0)) prober.leave();
});

function roleOf(pid: number): string | undefined {
  const environment = ofProcess(pid, "environ").split("\0");
  return environment.find((one) => one.startsWith("S6_TLSSERVER_ROLE="))?.split("=")[1];
}

function uidOf(pid: number): number {
  return Number(/^Uid:\s+([0-9]+)/m.exec(ofProcess(pid, "status"))?.[1]);
}

/** Nothing, of a process that has ended meanwhile. */
function ofProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** The primary's children: one is root for good, and the others are workers. */
function family(server: Server): { spawner: number; workers: number[] } {
  const children = childrenOf(server.pid).filter(isAlive);
  const spawner = children.find((pid) => roleOf(pid) === "spawner") ?? 0;
  return { spawner, workers: children.filter((pid) => pid !== spawner) };
}

async function reachNothing(server: Server): Promise<void> {
  await eventually("two workers and a spawner", () => {
    const { spawner, workers } = family(server);
    // Until it serves, a worker may read what root may read.
    return spawner !== 0 && workers.length === 2 && workers.every((pid) => uidOf(pid) === TLS);
  });
  for (let turn = 0; turn < 2; turn++) {
    const one = await Prober.at(server);
    probers.push(one);
    const { spawner, workers } = family(server);
    expect([server.pid, spawner, ...workers, one.pid].map(uidOf)).toEqual([0, 0, TLS, TLS, WWW]);
    expect(await one.canRead(credentials.keyFile), "the key's file").toBe(false);
    const [first = 0, second = 0] = workers;
    await one.reachesNoneOf({ primary: server.pid, spawner, first, second });
    expect(await one.doorsIn(doorsFolder(server))).toEqual([]);
  }
}

describe("with three users", NEEDS_ROOT, () => {
  it("prog reaches nothing: at first, after deaths, after USR2", { timeout: 90_000 }, async () => {
    const server = await serving();
    await reachNothing(server);
    process.kill(family(server).workers[0] ?? Number.NaN, "SIGKILL");
    await server.logged("replacing it");
    await reachNothing(server);
    process.kill(family(server).spawner, "SIGKILL");
    await server.logged(/spawner [0-9]+ died \(SIGKILL\); replacing it/);
    await reachNothing(server);
    for (const prober of probers.splice(0)) prober.leave();
    server.signal("SIGUSR2");
    await server.logged("read all keys and certificates again");
    await reachNothing(server);
  });

  it("a worker gains no rights by set-user-ID files, and prog may, as ever", async () => {
    const prog = ["grep", "NoNewPrivs", "/proc/self/status"];
    const server = await serving({ prog });
    for (const pid of server.workers) {
      expect(/^NoNewPrivs:\s+(.*)$/m.exec(ofProcess(pid, "status"))?.[1]).toBe("1");
    }
    expect((await everything(await connect(server))).toString()).toBe("NoNewPrivs:\t0\n");
    expect(server.saying("workers run with no_new_privs")).toHaveLength(1);
  });

  it("the original's own example: s6-envuidgid, and -U", async () => {
    const httpd = scratchFile("httpd", "#!/bin/sh\nid -u; id -g\n");
    chmodSync(httpd, 0o755);
    const { keyFile, certFile } = credentials;
    const server = await startServer({
      ...{
        authority,
        executable: publicProgram("s6-tlsserver"),
        prog: [httpd],
        options: ["-U", "--"],
      },
      runner: [
        ...["env", `KEYFILE=${keyFile}`, `CERTFILE=${certFile}`, "TLS_UID=65534", "TLS_GID=65534"],
        ...["s6-envuidgid", "www-data"],
      ],
    });
    expect((await everything(await connect(server))).toString()).toBe(`${WWW}\n${WWW}\n`);
  });

  it("bytes pass both ways, half-close works, and the exit status is logged", async () => {
    const server = await serving({
      prog: ["sh", "-c", 'text=$(cat); echo "$text back"; id -u; id -G; exit 7'],
    });
    const client = await connect(server, { allowHalfOpen: true } as object);
    const answer = everything(client);
    client.end("there and");
    expect((await answer).toString()).toBe(`there and back\n${WWW}\n${WWW}\n`);
    const [line] = await server.logged("1 closed");
    expect(line).toContain("prog exited 7");
  });

  it("prog that closes its output is seen at once, though it goes on", async () => {
    const server = await serving({ prog: ["sh", "-c", "echo bye; exec 1>&-; sleep 5"] });
    const client = await connect(server, { allowHalfOpen: true } as object);
    const begin = Date.now();
    expect((await everything(client)).toString()).toBe("bye\n");
    expect(Date.now() - begin).toBeLessThan(4000);
  });

  it("nothing is lost when prog exits at once, many times at once", async () => {
    const server = await serving({ prog: ["head", "-c", "300000", "/dev/zero"] });
    const replies = await Promise.all(
      Array.from({ length: 16 }, async () => (await everything(await connect(server))).length),
    );
    expect(new Set(replies)).toEqual(new Set([300_000]));
    await eventually("their end", () => childrenOf(family(server).spawner).length === 0);
  });

  it("-G: prog has these groups", async () => {
    const prog = ["sh", "-c", "id -G"];
    const options = words("-u 33 -g 33 -G 65532,65531 --workers 1");
    const server = await serving({ prog, options });
    const heard = (await everything(await connect(server))).toString().trim().split(" ");
    expect(heard.sort()).toEqual(["33", "65531", "65532"]);
  });

  it("in TLS 1.3, prog learns the group of the key exchange", async () => {
    const options = words("-U --workers 1 --tls-profile strict");
    const server = await serving({ prog: ["printenv", "SSL_GROUP"], options });
    const heard = (await everything(await connect(server))).toString().trim();
    expect(["X25519", "X25519MLKEM768"]).toContain(heard);
  });

  it("a prog that can't be run is one failed connection", async () => {
    const server = await serving({ prog: ["/nowhere/to/be/found"] });
    const client = await connect(server).catch(() => null);
    client?.on("error", () => {});
    await server.logged(/unable to run \/nowhere\/to\/be\/found: No such file/);
  });

  it("-U: UID, GID and GIDLIST are used up, with -Z, too, as in the original", async () => {
    const environment = { ...USERS, GIDLIST: "65532" };
    const prog = ["sh", "-c", "printenv | grep -c -E '^(UID|GID|GIDLIST)='; printenv TLS_UID"];
    const options = words("-U -Z --workers 1");
    const server = await serving({ prog, environment, options });
    expect((await everything(await connect(server))).toString()).toBe(`0\n${TLS}\n`);
  });

  it("the folder for sockets is gone with the server", async () => {
    const server = await serving();
    const folder = doorsFolder(server);
    expect(existsSync(folder)).toBe(true);
    expect(await server.stop()).toMatchObject({ code: 0 });
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    [{ TLS_UID: "0", TLS_GID: "0" }, "TLS_UID is no user besides root"],
    [{ TLS_GID: "65534" }, "TLS_UID is no user besides root"],
    [{ TLS_UID: "54321" }, "needs a group"],
  ])("%j: nothing listens, and the reason is told", async (environment, reason) => {
    const ended = await runServer({
      ...{ credentials, executable: publicProgram("s6-tlsserver"), prog: ["cat"] },
      ...{ options: [], environment: environment as Record<string, string> },
    });
    expect(ended.stdout).toBe("");
    expect(ended.code).toBeGreaterThan(0);
    expect(ended.stderr).toContain(reason);
  });
});

const HIDDEN = "for f in /dev/shm /run; do mount -o ro -t tmpfs none $f; done";

describe("without a temporary folder that can be written to", NEEDS_ROOT, () => {
  const environment = { ...USERS, TMPDIR: "/nowhere/to/be/found" };
  const wanted = { credentials, executable: publicProgram("s6-tlsserver"), prog: ["cat"] };

  it("sockets are in memory, and clients are served", async () => {
    const server = await startServer({ authority, ...wanted, environment });
    expect(await exchange(await connect(server), "hello")).toBe("hello");
    expect(await server.stop()).toMatchObject({ code: 0 });
  });

  it("nothing listens where there is no such folder, either, and the reason is told", async () => {
    const runner = ["unshare", "-m", "sh", "-c", `${HIDDEN}; exec "$@"`, "sh"];
    const ended = await runServer({ ...wanted, environment, runner });
    expect(ended).toMatchObject({ stdout: "" });
    expect(ended.stderr).toContain("unable to make a folder for sockets: No such file");
  });
});

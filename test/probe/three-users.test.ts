/**
 * Three users: root has the keys, TLS_UID the engines, and -u, or -U, the progs. A prog reaches none of
 * what is not its own, at first, after a worker and the spawner were killed, and after USR2; and the
 * spawner believes nothing of a worker. `make probe`.
 */
import { chmodSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { everything } from "../support/processes.ts";
import {
  childrenOf,
  isAlive,
  runServer,
  type Server,
  type Serving,
  startServer,
} from "../support/server.ts";
import { doorsFolder } from "../support/sockets-of.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";
import { ofProcess, reachNothing, TLS, WWW, withUserWww } from "./family.ts";
import { type Prober, reachProgram } from "./prober.ts";

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

afterEach(() => leaveAll());

async function stillReachNothing(server: Server): Promise<void> {
  probers.push(...(await reachNothing(server, credentials.keyFile)));
}

function leaveAll(): void {
  for (const prober of probers.splice(0)) prober.leave();
}

/** At first, after a worker's death and the spawner's, and after USR2. */
async function neverReachAnything(server: Server): Promise<void> {
  await stillReachNothing(server);
  process.kill(server.workers[0] ?? Number.NaN, "SIGKILL");
  await server.logged("replacing it");
  await stillReachNothing(server);
  process.kill(server.spawner ?? Number.NaN, "SIGKILL");
  await server.logged(/spawner [0-9]+ died \(SIGKILL\); replacing it/);
  await stillReachNothing(server);
  leaveAll();
  server.signal("SIGUSR2");
  await server.logged("read all keys and certificates again", 1, 40_000);
  await stillReachNothing(server);
}

describe("with three users", NEEDS_ROOT, () => {
  it("prog reaches nothing: at first, after deaths, after USR2", { timeout: 180_000 }, async () => {
    await neverReachAnything(await serving());
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

  it("the original's own example, word for word, with a key that only root reads: the same", {
    timeout: 180_000,
  }, async () => {
    const { keyFile, certFile } = credentials;
    const server = await startServer({
      ...{ authority, executable: publicProgram("s6-tlsserver"), prog: [reachProgram()] },
      options: ["-v", "-U", "--workers", "2", "--"],
      runner: [
        ...withUserWww(),
        ...["env", `KEYFILE=${keyFile}`, `CERTFILE=${certFile}`, "TLS_UID=65534"],
        ...["TLS_GID=65534", "s6-envuidgid", "www"],
      ],
    });
    await neverReachAnything(server);
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
    await eventually("their end", () => childrenOf(server.spawner ?? 0).length === 0);
  });

  it("nothing is lost when prog exits with input that it has not read", async () => {
    const server = await serving({ prog: ["head", "-c", "300000", "/dev/zero"] });
    const replies = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const client = await connect(server);
        client.write(Buffer.alloc(100_000));
        return (await everything(client)).length;
      }),
    );
    expect(new Set(replies)).toEqual(new Set([300_000]));
    await server.logged(/closed: .*prog exited 0$/, 16);
  });

  it("clients that leave at once have their progs, and hold nothing longer than those run", async () => {
    const server = await serving({ prog: ["cat"] });
    for (let turn = 0; turn < 20; turn++) {
      const socket = await connectRaw(server.port);
      const client = await connect(server, { socket });
      client.on("error", () => {});
      client.write(Buffer.alloc(100_000));
      // Sooner or later: before the end of the handshake, while prog is started, while it runs.
      await sleep(turn);
      socket.resetAndDestroy();
    }
    // The spawner gives sockets without an order up after ten seconds.
    const lines = await server.logged(/closed: /, 20, 9000);
    const seconds = lines.map((line) => Number(/ ([0-9.]+) s, /.exec(line)?.[1]));
    expect(Math.max(...seconds)).toBeLessThan(9);
    expect(lines.filter((line) => /TLSv1.3 .*no prog$/.test(line))).toEqual([]);
  });

  it("a primary that is killed: what is open goes on, the exit status is logged, none is left", async () => {
    const server = await serving({ prog: ["sh", "-c", "echo ready; cat; exit 7"] });
    const client = await connect(server);
    expect(await receiveUntil(client, "\n")).toBe("ready\n");
    const { workers, spawner = 0 } = server;
    process.kill(server.pid, "SIGKILL");
    await eventually("the primary's end", () => !isAlive(server.pid));
    expect(await exchange(client, "after")).toBe("after");
    await server.logged(/ 1 closed: .*prog exited 7/);
    await eventually("their ends", () => ![...workers, spawner].some(isAlive));
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
    const folder = doorsFolder(server.spawner);
    expect(existsSync(folder)).toBe(true);
    expect(await server.stop()).toMatchObject({ code: 0 });
    expect(existsSync(folder)).toBe(false);
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

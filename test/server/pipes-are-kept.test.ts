/**
 * Pipes and descriptors as KEYFILE and CERTFILE: read once, by a process of their own, and kept in
 * memory for every worker, and for each that replaces one.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { behind } from "../platforms/taken-away.ts";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { scratchFile } from "../support/scratch.ts";
import {
  childrenOf,
  descriptorsOf,
  isAlive,
  roleOf,
  runServer,
  type Server,
  startServer,
  startUnready,
} from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();
const { keyFile, certFile } = credentials;

/** The server behind bash, which gives it the key and the chain as pipes. */
const SUBSTITUTION = [
  ...["bash", "--norc", "-c", 'a=$1; shift; KEYFILE=<(cat "$0") CERTFILE=<(cat "$a") exec "$@"'],
  ...[keyFile, certFile],
];

function fifo(): string {
  const path = scratchFile("fifo");
  execFileSync("mkfifo", [path]);
  return path;
}

/** A connection to a worker that was not there before. */
async function afterReplacement(server: Server): Promise<TLSSocket> {
  const [victim = 0] = server.workers;
  process.kill(victim, "SIGKILL");
  await eventually("the replacement", () => server.workers.some((pid) => pid !== victim));
  return connect(server);
}

/** What is left behind has no name, and is in memory. */
function keptBy(pid: number): string[] {
  return [...descriptorsOf(pid).values()].filter((what) =>
    /^\/(dev\/shm|run)\/bearhug-\S+ \(deleted\)$/.test(what),
  );
}

/** What a worker keeps open: it reads the files again, or another one does in its place. */
const USERS: [string, string[], number][] = [
  ["workers that stay who they are", [], 2],
  ["workers that root's rights have left", ["-u", "65534", "-g", "65534"], 0],
];

describe.each(USERS)("process substitution, and %s", NEEDS_ROOT, (_, users, perWorker) => {
  it("a worker that replaces another has the key, too; USR2 keeps it, and says so", async () => {
    const server = await startServer({
      ...{ authority, runner: SUBSTITUTION },
      options: [...users, "--workers", "1"],
    });
    const open = await connect(server);
    expect(await exchange(open, "first")).toBe("first");
    expect(await exchange(await afterReplacement(server), "second")).toBe("second");
    const held = await connect(server);
    server.signal("SIGUSR2");
    await server.logged(
      /^s6-tlsserver: warning: \/dev\/fd\/\d+ was read when the server started/,
      2,
    );
    expect(await exchange(held, "held")).toBe("held");
    await eventually("one worker", () => server.workers.length === 1);
    expect(await exchange(await connect(server), "third")).toBe("third");
    expect(server.saying("error")).toEqual([]);
    expect(await server.stop()).toMatchObject({ code: 0 });
  });

  it("what is kept is open in the server, in workers that need it, and in no other process", async () => {
    const server = await startServer({
      ...{ authority, runner: SUBSTITUTION },
      options: [...users, "--workers", "2", "-H"],
    });
    const client = await connect(server);
    client.write("here");
    // Between fork and exec, a process has all that its parent has.
    await receiveUntil(client, "here");
    expect(server.programs).toHaveLength(1);
    expect(keptBy(server.pid)).toHaveLength(2);
    expect(childrenOf(server.pid).map(roleOf)).toContain("access");
    for (const pid of [...childrenOf(server.pid), ...server.programs]) {
      const isWorker = roleOf(pid) === "worker" && childrenOf(server.pid).includes(pid);
      expect([roleOf(pid), keptBy(pid).length]).toEqual([roleOf(pid), isWorker ? perWorker : 0]);
    }
  });
});

describe("a pipe with a name", () => {
  it("whose writer comes later is waited for", async () => {
    const late = fifo();
    const running = startUnready({ credentials, environment: { KEYFILE: late } });
    await eventually("a process that reads it", () => keptBy(running.pid).length === 1);
    writeFileSync(late, readFileSync(keyFile));
    await eventually("the port", () => running.stdout.includes("\n") || running.isOver);
    const client = await connect({ port: Number(running.stdout), authority });
    expect(await exchange(client, "late")).toBe("late");
  });

  it("two may be written to in any order", async () => {
    const [key, chain] = [fifo(), fifo()];
    const script = '(cat "$0" >"$CERTFILE"; cat "$1" >"$KEYFILE") & shift; exec "$@"';
    const server = await startServer({
      ...{ authority, environment: { KEYFILE: key, CERTFILE: chain } },
      runner: ["sh", "-c", script, certFile, keyFile],
    });
    expect(await exchange(await connect(server), "both")).toBe("both");
  });

  it("without a writer is given up after ten seconds: 96", { timeout: 30_000 }, async () => {
    const path = fifo();
    const began = performance.now();
    const ended = await runServer({ credentials, environment: { KEYFILE: path } });
    expect(ended).toMatchObject({
      code: 96,
      stdout: "",
      stderr: `s6-tlsserver: fatal: unable to read KEYFILE from ${path}: it is a pipe into which nothing was written for 10 seconds\n`,
    });
    expect(performance.now() - began).toBeGreaterThan(9_900);
  });

  it("into which more than a file of credentials is written is 96 at once", async () => {
    const path = fifo();
    const ended = await runServer({
      ...{ credentials, environment: { KEYFILE: path } },
      // It stays open behind that: its end is not waited for.
      runner: [
        "sh",
        "-c",
        '(head -c 20000000 /dev/zero; sleep 12) >"$KEYFILE" 2>/dev/null & exec "$0" "$@"',
      ],
    });
    expect(ended).toMatchObject({ code: 96, stdout: "" });
    expect(ended.stderr).toContain(`unable to read KEYFILE from ${path}: the file is too large`);
  });

  it("without a writer: TERM ends the server and all of its processes at once", async () => {
    const running = startUnready({ credentials, environment: { KEYFILE: fifo() } });
    const roles = () => childrenOf(running.pid).map(roleOf);
    await eventually("the process that reads", () => roles().includes("copier"));
    const children = childrenOf(running.pid);
    running.signal("SIGTERM");
    expect(await running.ended).toMatchObject({ signal: "SIGTERM" });
    await eventually("their end", () => children.filter(isAlive).length === 0, 5_000);
  });

  it("with something else than a key in it is 96, and the message names the pipe", async () => {
    const path = fifo();
    const ended = await runServer({
      ...{ credentials, environment: { KEYFILE: path } },
      runner: ["sh", "-c", '(echo hello >"$KEYFILE") & exec "$0" "$@"'],
    });
    expect(ended).toMatchObject({ code: 96, stdout: "" });
    expect(ended.stderr).toMatch(`s6-tlsserver: fatal: unable to read private key in ${path}: `);
  });
});

it("a file behind a descriptor that the server inherited is read", async () => {
  const server = await startServer({
    ...{ authority, credentials, environment: { KEYFILE: "/dev/fd/3" } },
    descriptor: openSync(keyFile, "r"),
  });
  expect(await exchange(await connect(server), "behind 3")).toBe("behind 3");
});

it.each([
  ["/dev/fd/9", "descriptor 9 was not open when this program started"],
  ["/proc/self/fd/77", "descriptor 77 was not open when this program started"],
])("KEYFILE=%s is 96 where the server has no such descriptor", async (path, reason) => {
  const ended = await runServer({ credentials, environment: { KEYFILE: path } });
  expect(ended).toMatchObject({
    code: 96,
    stderr: `s6-tlsserver: fatal: unable to read KEYFILE from ${path}: ${reason}\n`,
  });
});

it(
  "with no folder in memory, a pipe is refused, and the key is on no disk",
  NEEDS_ROOT,
  async () => {
    const path = fifo();
    const onDisk = "for f in /dev/shm /run; do mount -o ro -t tmpfs none $f; done";
    const ended = await runServer({
      ...{ credentials, environment: { KEYFILE: path } },
      runner: behind(onDisk),
    });
    expect(ended).toMatchObject({
      code: 96,
      stderr: `s6-tlsserver: fatal: unable to read KEYFILE from ${path}: it is a pipe, and there is no folder in memory (/dev/shm or /run) to which it could be written for all workers; name a file\n`,
    });
  },
);

it("a key that has become a pipe at USR2 is an error, and connections go on", async () => {
  const path = scratchFile("key");
  copyFileSync(keyFile, path);
  const server = await startServer({ authority, credentials: { ...credentials, keyFile: path } });
  const open = await connect(server);
  renameSync(fifo(), path);
  server.signal("SIGUSR2");
  const [line] = await server.logged("keeping the old keys");
  expect(line).toBe(
    `s6-tlsserver: error: keeping the old keys and certificates: unable to read KEYFILE from ${path}: it is a pipe, and those are read once, when the server starts; name a file`,
  );
  expect(await exchange(open, "old")).toBe("old");
  expect(await exchange(await connect(server), "new")).toBe("new");
  expect(await server.stop()).toMatchObject({ code: 0 });
});

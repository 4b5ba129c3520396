/**
 * A reader of the log that has stopped stops no connection: not those that are open, and no new one.
 * That holds for every kind of standard error, and what is read later is complete.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { freePort } from "../support/ports.ts";
import { start } from "../support/processes.ts";
import { backend, echo, relayServer } from "../support/relays.ts";
import { scratchFile } from "../support/scratch.ts";
import { childrenOf, isAlive, roleOf, startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Makes a pipe hold no more than a page (F_SETPIPE_SZ): some 40 lines. */
const SHRINK = "import fcntl; fcntl.fcntl(3, 1031, 4096)";

/** Standard error that nothing reads before it is asked to. */
interface Stuck {
  /** What runs the server. */
  readonly runner: string[];
  /** Reads it from now on; null: it can't be read. */
  readonly read: (() => () => string) | null;
}

const tidyUp: (() => void)[] = [];

afterEach(() => {
  for (const action of tidyUp.splice(0)) action();
});

function stuckPipe(): Stuck {
  const fifo = scratchFile("log");
  execFileSync("mkfifo", [fifo]);
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  tidyUp.push(() => closeSync(fd));
  execFileSync("python3", ["-c", SHRINK], { stdio: ["ignore", "ignore", "inherit", fd] });
  const read = () => {
    const reader = start(["cat", fifo]);
    return () => reader.stdout;
  };
  return { runner: ["sh", "-c", 'exec "$@" 2>"$0"', fifo], read };
}

/** As systemd's journal gives one; the sender's buffer holds some 10 lines. */
const WITH_SOCKET = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
s.connect(sys.argv[1])
os.dup2(s.fileno(), 2)
os.execvp(sys.argv[2], sys.argv[2:])`;

function stuckSocket(): Stuck {
  const path = scratchFile("journal");
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => sockets.push(socket));
  server.listen(path);
  tidyUp.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const read = () => {
    let text = "";
    for (const socket of sockets) {
      socket.setEncoding("utf8").on("data", (some) => {
        text += some;
      });
      // It was paused when it came.
      socket.resume();
    }
    return () => text;
  };
  return { runner: ["python3", "-c", WITH_SOCKET, path], read };
}

/** The other end is open, and is not read: 4 KiB. */
const WITH_TERMINAL = `
import os, pty, sys
master, slave = pty.openpty()
os.set_inheritable(master, True)
os.dup2(slave, 2)
os.execvp(sys.argv[1], sys.argv[1:])`;

function stuckTerminal(): Stuck {
  return { runner: ["python3", "-c", WITH_TERMINAL], read: null };
}

/** Then it can't be opened once more. */
function stuckPipeWithoutProc(): Stuck {
  const { runner, read } = stuckPipe();
  const script = 'mount -t tmpfs none /proc; exec "$@"';
  return { runner: ["unshare", "-m", "sh", "-c", script, "sh", ...runner], read };
}

const KINDS: [string, () => Stuck][] = [
  ["pipe", stuckPipe],
  ["socket", stuckSocket],
  ["terminal", stuckTerminal],
];

async function comeAndGo(make: () => Stuck): Promise<void> {
  const { runner, read } = make();
  const server = await startServer({
    ...{ authority, credentials, runner, options: ["-v", "--workers", "1"] },
  });
  const open = await connect(server);
  for (let i = 0; i < 60; i++) expect(await exchange(await connect(server), "new")).toBe("new");
  expect(await exchange(open, "old")).toBe("old");
  if (read !== null) {
    const text = read();
    await eventually("the queue is read", () => text().includes(" 61 closed: "));
    for (const number of [1, 20, 41, 61]) expect(text()).toContain(` ${number} open from `);
  }
  open.destroy();
  expect(await server.stop()).toMatchObject({ code: 0 });
}

it.each(KINDS)(
  "behind a full %s, with -v, 60 connections come and go, and one goes on",
  (_, make) => comeAndGo(make),
);

it("so they do behind a full pipe on a system without /proc", NEEDS_ROOT, () =>
  comeAndGo(stuckPipeWithoutProc),
);

it("behind a full socket, bearhug serves, too", async () => {
  const { runner } = stuckSocket();
  const { port } = await backend(echo);
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`], { runner });
  for (let i = 0; i < 60; i++) expect(await exchange(await connect(serving), "new")).toBe("new");
  serving.running.signal("SIGTERM");
  expect(await serving.running.ended).toMatchObject({ code: 0 });
});

it("behind a full pipe, /metrics counts the lines that are dropped, as the log does in their place", async () => {
  const { runner, read } = stuckPipe();
  const { port } = await backend(echo);
  const status = await freePort();
  const options = ["--log-format", "json", "--connect", `127.0.0.1:${port}`];
  const serving = await relayServer([...options, "--status", `127.0.0.1:${status}`], {
    ...{ runner, patience: 85_000 },
  });
  // Two lines each, of some 600 bytes together; a worker keeps 256 KiB.
  await inTurns(CONNECTIONS, async () => {
    const client = await connectRaw(serving.port);
    client.resume().end();
    await once(client, "close");
  });
  const reader = read?.() ?? (() => "");
  await eventually("the queue is read", () => /"dropped":\d+\}\n$/.test(reader()));
  const inLog = Number(/"dropped":(\d+)\}\n$/.exec(reader())?.[1]);
  const lines = reader().match(/"event":"(open|closed)"/g)?.length ?? 0;
  expect(lines + inLog).toBe(2 * CONNECTIONS);
  await expect
    .poll(() => metric(status, "bearhug_log_lines_dropped_total"), { timeout: 10_000 })
    .toBe(inLog);
  serving.running.signal("SIGTERM");
  expect(await serving.running.ended).toMatchObject({ code: 0 });
}, 90_000);

const CONNECTIONS = 700;

/** Does the same so many times, some at once. */
async function inTurns(times: number, act: () => Promise<unknown>): Promise<void> {
  let left = times;
  const lane = async () => {
    while (left-- > 0) await act();
  };
  await Promise.all(Array.from({ length: 20 }, lane));
}

async function metric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1]);
}

it("a process between the server and a socket that dies loses no later line", async () => {
  const { runner, read } = stuckSocket();
  const server = await startServer({
    ...{ authority, credentials, runner, options: ["-v", "--workers", "1"] },
  });
  const text = read?.() ?? (() => "");
  const between = childrenOf(server.pid).filter((pid) => roleOf(pid) === undefined);
  expect(between).toHaveLength(1);
  for (const pid of between) process.kill(pid, "SIGKILL");
  await eventually("its end", () => between.filter(isAlive).length === 0);
  expect(await exchange(await connect(server), "later")).toBe("later");
  await eventually("the line", () => text().includes(" 1 closed: "));
});

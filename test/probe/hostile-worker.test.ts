/**
 * Three users, and a worker that was taken over as a whole: what it asks of the spawner beyond one prog
 * for each connection of its own is denied, at first, after a worker was killed, and after USR2.
 */
import { chmodSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { scratchFile } from "../support/scratch.ts";
import { childrenOf, type Server, startServer } from "../support/server.ts";
import { doorsFolder } from "../support/sockets-of.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";
import { ALL_WAYS, reachProgram, socketsIn } from "./prober.ts";

const [TLS, WWW] = [65_534, 33];
const USERS = { TLS_UID: `${TLS}`, TLS_GID: `${TLS}`, UID: `${WWW}`, GID: `${WWW}` };

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);

/** What each worker does besides, with its process' `send` and `told` at hand. */
async function serverWithWorkersThat(evil: string, line = "--workers 2"): Promise<Server> {
  const file = scratchFile("evil.cjs", `${TOOLS}\nif (isWorker) { ${evil} }`);
  chmodSync(file, 0o644);
  return startServer({
    ...{ authority, credentials, executable: publicProgram("s6-tlsserver") },
    options: words(`-U -v ${line}`),
    prog: ["sh", "-c", 'echo "$LD_PRELOAD,$SSL_CIPHER,$PATH"; exec cat'],
    environment: { ...USERS, NODE_OPTIONS: `--require=${file}` },
  });
}

const TOOLS = `
const { readFileSync, writeSync } = require("node:fs");
const { connect, Socket } = require("node:net");
const isWorker = process.env.S6_TLSSERVER_ROLE === "worker";
const say = (text) => writeSync(2, text + "\\n");
let door = "";
if (isWorker) process.on("message", ({ order, path }) => { if (order === "programs") door = path; });
// What goes to the spawner: a length of four bytes, and JSON.
const { write } = Socket.prototype;
const frameOf = (message) => {
  const text = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
};
const orderIn = (chunk) => {
  if (!Buffer.isBuffer(chunk) || chunk.indexOf('{"order":"start"') !== 4) return null;
  return JSON.parse(chunk.toString("utf8", 4));
};
`;

/** As the issue has it: another command, a variable LD_PRELOAD, a second prog, others' connections. */
const ASKS_FOR_MORE = `
Socket.prototype.write = function (chunk, ...rest) {
  const order = orderIn(chunk);
  if (order === null) return write.call(this, chunk, ...rest);
  const values = { ...order.values, LD_PRELOAD: "/evil.so", PATH: "/evil", SSL_CIPHER: "forged" };
  const more = { command: ["touch", "/tmp/evil"], file: "/bin/sh", environment: { PATH: "/evil" },
    client: { told: { exec: "touch /tmp/evil" } }, worker: 1 };
  const tell = (message) => write.call(this, frameOf(message));
  tell({ ...order, ...more, values });
  // A second prog for the same connection, and one for a connection that is not this worker's.
  tell(order);
  tell({ ...order, number: 4711 });
  // It tells of a client behind a proxy, as if it were not known yet, and asks once more.
  const ends = { remoteAddress: "127.0.0.1", remotePort: 1, localAddress: "127.0.0.1", localPort: 1 };
  process.send({ report: "proxied", number: order.number, ends }, () => setTimeout(tell, 1500, order));
  // A signal for a prog that is not there.
  tell({ order: "kill", number: 4711, signal: "SIGKILL" });
  const sockets = readFileSync("/proc/net/unix", "latin1").split("\\n").map((line) => line.split(" ").at(-1));
  // Of this server: one that some other test started may be this user's.
  const folder = door.slice(0, door.lastIndexOf("/") + 1);
  const doors = new Set(sockets.filter((path) => path.startsWith(folder) && !path.startsWith(door)));
  for (const path of doors) {
    connect(path).on("connect", () => say("REACHED another's door")).on("error", ({ code }) => say("another's door: " + code));
  }
  return true;
};
`;

/** What is no order, for each client another one: of a wrong form, no JSON, no end. */
const TALKS_NONSENSE = `
const nonsense = [
  frameOf({ order: "kill", number: 1, signal: "SIGNONSENSE" }),
  frameOf({ order: "start", number: "1", values: {}, proxied: {} }),
  frameOf({ order: "start", number: 1, values: null, proxied: {} }),
  frameOf(["start"]),
  Buffer.from([0, 0, 0, 1, 123]),
  Buffer.from([255, 255, 255, 255]),
];
Socket.prototype.write = function (chunk, ...rest) {
  const order = orderIn(chunk);
  const bad = order && nonsense[Number(order.number) - 1];
  return write.call(this, bad || chunk, ...rest);
};
`;

/** Before each prog of its own, the end of the prog of the client before. */
const KILLS_ANOTHERS = `
Socket.prototype.write = function (chunk, ...rest) {
  const order = orderIn(chunk);
  const kill = order && frameOf({ order: "kill", number: order.number - 1, signal: "SIGKILL" });
  return write.call(this, kill ? Buffer.concat([kill, chunk]) : chunk, ...rest);
};
`;

/** One prog, three times at once, for a connection that is not this worker's. */
const ASKS_AGAIN = `
Socket.prototype.write = function (chunk, ...rest) {
  const order = orderIn(chunk);
  const first = order?.number === 1 && frameOf({ ...order, number: 4711 });
  return write.call(this, first ? Buffer.concat([first, first, first]) : chunk, ...rest);
};
`;

/** For each client, all ways into all processes of the server, and the key's file. */
const STARTS_A_PROGRAM = `
const { spawnSync } = require("node:child_process");
const childrenOf = (pid) =>
  readFileSync("/proc/" + pid + "/task/" + pid + "/children", "latin1").split(" ").filter(Boolean);
const isRoots = (pid) => /^Uid:\\s+0\\s/m.test(readFileSync("/proc/" + pid + "/status", "latin1"));
process.on("message", ({ order }) => {
  if (order !== "serve") return;
  const children = childrenOf(process.ppid);
  // The spawner's progs, and not the program that the other worker starts: that one is of this user.
  const progs = children.filter(isRoots).flatMap(childrenOf);
  const pids = [process.ppid, ...children, ...progs];
  const tries = pids.flatMap((pid) => ${JSON.stringify(ALL_WAYS)}.map((way) => way + " " + pid));
  tries.push("file " + process.env.KEYFILE);
  const { stdout } = spawnSync(${JSON.stringify(reachProgram())}, { input: tries.join("\\n") + "\\n" });
  const [, ...answers] = stdout.toString().split("\\n");
  const reached = tries.filter((_, at) => answers[at] !== "denied");
  say("worker " + process.pid + " reached [" + reached + "] of " + pids.length);
});
`;

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

async function isDenied(server: Server, phase: number): Promise<void> {
  const isReady = (pid: number) => Number(/^Uid:\s+([0-9]+)/m.exec(statusOf(pid))?.[1]) === TLS;
  await eventually("two workers, each with its door", () => {
    const { workers } = server;
    const doors = socketsIn(doorsFolder(server.spawner)).length;
    return workers.length === 2 && workers.every(isReady) && doors >= 4;
  });
  const client = await connect(server);
  expect(await receiveUntil(client, "\n")).toMatch(/^,forged,\/[^e]/);
  await server.logged("asked for a prog that is not its to have", 3 * phase);
  await server.logged("another's door: EACCES", 2 * phase);
  expect(server.saying("REACHED")).toEqual([]);
  expect(childrenOf(server.spawner ?? 0)).toHaveLength(1);
  expect(await exchange(client, "still")).toBe("still");
  client.destroy();
  await eventually("prog's end", () => childrenOf(server.spawner ?? 0).length === 0);
}

describe("a worker that was taken over", NEEDS_ROOT, () => {
  it("gets neither command, variable, second prog, nor another's connection", async () => {
    const server = await serverWithWorkersThat(ASKS_FOR_MORE);
    await isDenied(server, 1);
    process.kill(server.workers[0] ?? Number.NaN, "SIGKILL");
    await server.logged("replacing it");
    await isDenied(server, 2);
    server.signal("SIGUSR2");
    await server.logged("read all keys and certificates again");
    await isDenied(server, 3);
  }, 60_000);

  it("starts a program where nothing forbids it: that reaches no other process", async () => {
    const server = await serverWithWorkersThat(STARTS_A_PROGRAM);
    const held = await Promise.all([connect(server), connect(server)]);
    for (const client of held) expect(await receiveUntil(client, "\n")).toContain("/");
    // Two workers serve, and the spawner has two progs: all of them are tried.
    (await connect(server)).on("error", () => {});
    const isWhole = (line: string) => Number(/of ([0-9]+)/.exec(line)?.[1]) >= 6;
    await eventually("the worker's report", () => server.saying("reached").some(isWhole));
    for (const line of server.saying("reached")) {
      const [, own = "", reached] = /worker ([0-9]+) reached \[(.*)\] of/.exec(line) ?? [];
      // It is of the same user as its worker, and so it may signal that one, and the other.
      const { workers } = server;
      expect(workers).toContain(Number(own));
      const allowed = workers.map((pid) => `signal ${pid}`);
      expect(reached?.split(",").filter((way) => !allowed.includes(way))).toEqual([]);
      expect(reached).toContain(`signal ${own}`);
    }
  }, 40_000);

  it("kills no prog of another worker's client", async () => {
    const server = await serverWithWorkersThat(KILLS_ANOTHERS);
    const first = await connect(server);
    await receiveUntil(first, "\n");
    expect(await exchange(await connect(server), "second")).toContain("second");
    expect(await exchange(first, "still")).toBe("still");
  });

  it("asks for a prog and never connects: that client is given up on, and others are served", async () => {
    const never = `Socket.prototype.write = function (chunk, ...rest) {
      // The labels of the first connection are of another one.
      if (Buffer.isBuffer(chunk) && chunk.length === 8 && chunk.readBigUInt64BE() >> 1n === 1n) chunk[0] = 7;
      return write.call(this, chunk, ...rest);
    };`;
    const server = await serverWithWorkersThat(never, "--workers 1");
    const given = await connect(server);
    given.on("error", () => {});
    const other = await connect(server);
    expect(await receiveUntil(other, "\n")).toMatch(/ECDHE|CHACHA20/);
    await server.logged(/ 1 closed: .*its worker did not connect to the spawner/, 1, 20_000);
    expect(await exchange(other, "after")).toBe("after");
  }, 40_000);

  it("talks nonsense to the spawner: it is dismissed each time, and another one serves", async () => {
    const server = await serverWithWorkersThat(TALKS_NONSENSE, "--workers 1");
    const { spawner } = server;
    for (let turn = 1; turn <= 6; turn++) {
      const [worker] = server.workers;
      const given = await connect(server);
      given.on("error", () => {});
      await server.logged(`worker ${worker} talks to the spawner as none does`);
      await eventually("another worker", () => {
        return server.workers.length === 1 && server.workers[0] !== worker;
      });
    }
    const client = await connect(server);
    expect(await receiveUntil(client, "\n")).toMatch(/ECDHE|CHACHA20/);
    expect(server.spawner).toBe(spawner);
  }, 60_000);

  it("asks for the same prog before there is an answer: it is dismissed, and another one serves", async () => {
    const server = await serverWithWorkersThat(ASKS_AGAIN, "--workers 1");
    const [worker] = server.workers;
    const given = await connect(server);
    given.on("error", () => {});
    await server.logged(`worker ${worker} asks for progs without end`);
    const client = await connect(server);
    expect(await receiveUntil(client, "\n")).toMatch(/ECDHE|CHACHA20/);
    expect(server.saying("spawner")).toHaveLength(0);
  }, 40_000);

  it("fills the spawner with sockets: it is dismissed, and another one serves", async () => {
    const floods = `let begun = false; process.on("message", ({ order }) => {
      if (order !== "serve" || begun || process.env.FLOODED) return;
      begun = true;
      for (let n = 0; n < 400; n++) connect(door).on("error", () => {});
    });`;
    const server = await serverWithWorkersThat(floods, "--workers 1 -c 10");
    const [first] = server.workers;
    (await connect(server).catch(() => null))?.on("error", () => {});
    await server.logged(`worker ${first} connects to the spawner without need`);
    await eventually("another worker", () => {
      return server.workers.length === 1 && server.workers[0] !== first;
    });
    expect(server.saying("spawner")).toHaveLength(1);
  }, 40_000);
});

/**
 * s6-tlsserver while a system call fails, in the process that listens or in the one that serves:
 * either it doesn't start, and says why, or it goes on serving; each line of its log is ours, and it
 * ends when it is told to.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { Server, startUnready } from "../support/server.ts";
import { words } from "../support/words.ts";
import { type Fault, Injection, type Place } from "./injection.ts";
import { type FallibleCall, sweep } from "./system-calls.ts";
import { type Visit, visit } from "./visitor.ts";

const authority = Authority.root();
const credentials = authority.issue();

const IN_PRIMARY: readonly FallibleCall[] = [
  { call: "accept4", errors: ["ENFILE", "EMFILE", "ECONNABORTED", "ENOMEM"] },
  { call: "socketpair", errors: ["EMFILE", "ENFILE"] },
  { call: "pipe2", errors: ["EMFILE"] },
  { call: "fork", errors: ["EAGAIN", "ENOMEM"] },
  { call: "dup2", errors: ["EMFILE"] },
  { call: "socket", errors: ["EMFILE", "ENFILE"] },
  { call: "bind", errors: ["EADDRINUSE", "EACCES"] },
  { call: "listen", errors: ["EADDRINUSE"] },
  { call: "open64", errors: ["EMFILE", "ENFILE"] },
  { call: "read", errors: ["EIO"] },
  { call: "recvmsg", errors: ["ECONNRESET", "ENOMEM"] },
  { call: "write", errors: ["EPIPE", "EIO"] },
  { call: "getpeername", errors: ["ENOTCONN"] },
  { call: "getsockname", errors: ["ENOBUFS"] },
  { call: "setsockopt", errors: ["ENOMEM"] },
];

/** It takes the server 10 seconds to find out. */
const SENDMSG: FallibleCall = { call: "sendmsg", errors: ["EPIPE", "ENOMEM", "ENOBUFS"] };

const IN_WORKER: readonly FallibleCall[] = [
  { call: "socketpair", errors: ["ENFILE", "EMFILE"] },
  { call: "pipe2", errors: ["EMFILE"] },
  { call: "fork", errors: ["EAGAIN", "ENOMEM"] },
  { call: "open64", errors: ["EMFILE", "ENFILE"] },
  { call: "read", errors: ["EIO", "ECONNRESET"] },
  { call: "recvmsg", errors: ["ENOMEM", "EMFILE"] },
  { call: "shutdown", errors: ["ENOTCONN"] },
  // Without it, Node can't tell what a socket is that it has received.
  { call: "getsockname", errors: ["ENOBUFS"], sample: [1, 2, 4] },
  { call: "setsockopt", errors: ["ENOMEM"] },
  { call: "mmap64", errors: ["ENOMEM"] },
  { call: "mmap64", errors: ["ENOMEM"], times: 40 },
  // libuv aborts the process, which is replaced.
  { call: "epoll_ctl", errors: ["ENOSPC", "ENOMEM"] },
];

/** A server takes longer than s6-tlsd. */
const SAMPLE = [1, 4];

const VISITS = 3;

/** How long it may take until a client is served again. */
const RECOVERY_MS = 25_000;

const PATIENCE_MS = 60_000;
const TIMEOUT_MS = 1_200_000;

describe("in the process that listens", () => {
  it.each(IN_PRIMARY)(
    "$call fails with $errors.0 or another",
    (call) => expectCleanEnds(call, {}),
    TIMEOUT_MS,
  );

  it(
    "sendmsg, which passes a client on, fails: the worker is replaced",
    () => expectCleanEnds({ ...SENDMSG, sample: [2] }, {}),
    TIMEOUT_MS,
  );
});

describe("in the process that serves", () => {
  it.each(IN_WORKER)(
    "$call fails with $errors.0 or another",
    (call) => expectCleanEnds(call, { role: "worker" }),
    TIMEOUT_MS,
  );
});

async function expectCleanEnds(call: FallibleCall, place: Omit<Place, "program">): Promise<void> {
  const { complaints, faults } = await sweep({ sample: SAMPLE, ...call }, (fault) =>
    attempt(fault, place),
  );
  expect(complaints).toEqual([]);
  expect(faults).toBeGreaterThan(0);
}

async function attempt(fault: Fault, place: Omit<Place, "program">): Promise<string[] | null> {
  const injection = new Injection(fault, { program: "s6-tlsserver", ...place });
  const { environment } = injection;
  const options = words("--workers 1");
  const running = startUnready({ credentials, options, environment, patience: PATIENCE_MS });
  const complaints: string[] = [];
  const visits: Visit[] = [];
  await eventually("it listens or ends", () => running.stdout.includes("\n") || running.isOver);
  const isServing = !running.isOver;
  if (isServing) {
    const server = new Server(running, authority);
    for (let turn = 0; turn < VISITS; turn++) visits.push(await visit(server));
    if (!(await recovers(server, visits))) complaints.push("no client is served any more");
    if (running.isOver) complaints.push("the server is gone");
    else server.signal("SIGTERM");
  }
  const ended = await running.ended.catch((error: Error) => error);
  const { hits } = injection;
  if (hits.length === 0) return null;
  if (ended instanceof Error) return [...complaints, `${hits[0]}: ${ended.message}`];
  const lines = ended.stderr.split("\n").slice(0, -1);
  if (!lines.every((line) => LINE.test(line))) complaints.push("a line that is not ours");
  if (isServing && ended.code !== 0) complaints.push("not ended as it was told");
  if (!isServing && !CODES.includes(ended.code ?? 0)) complaints.push("no exit code of ours");
  if (!isServing && lines.length !== 1) complaints.push("not one line");
  if (visits.includes("wrong")) complaints.push("wrong bytes");
  const told = `${hits[0]} → ${visits}, ${ended.code ?? ended.signal}, ${ended.stderr.trim()}`;
  return complaints.map((text) => `${text} (${told})`);
}

const LINE =
  /^s6-tlsserver: (fatal|warning): .*(: |[0-9] ).+$|^s6-tlsserver: warning: .*one waits$/;

const CODES = [96, 97, 111];

/** Is a client served within that time? */
async function recovers(server: Server, visits: Visit[]): Promise<boolean> {
  const deadline = Date.now() + RECOVERY_MS;
  while (Date.now() < deadline && !server.running.isOver) {
    visits.push(await visit(server));
    if (visits.at(-1) === "whole") return true;
    await sleep(300);
  }
  return false;
}

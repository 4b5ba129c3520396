/**
 * s6-tlsserver while a system call fails, in the process that listens, in the spawner or in the one that serves:
 * either it doesn't start, and says why, or it goes on serving; each line of its log is ours, and it
 * ends when it is told to.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { NO_FOLDER, NO_TMPDIR, type Serving } from "../support/server.ts";
import { words } from "../support/words.ts";
import type { Place } from "./injection.ts";
import { attempt } from "./server-attempt.ts";
import { type FallibleCall, sweep } from "./system-calls.ts";

const authority = Authority.root();
const serving = { authority, credentials: authority.issue(), options: words("--workers 1") };

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

const IN_SPAWNER: readonly FallibleCall[] = [
  { call: "fork", errors: ["EAGAIN", "ENOMEM"], sample: [1, 2] },
  { call: "pipe2", errors: ["EMFILE", "ENFILE"], sample: [1, 2] },
  { call: "socket", errors: ["EMFILE", "ENFILE"] },
  { call: "bind", errors: ["ENOSPC", "EADDRINUSE"] },
  { call: "listen", errors: ["EADDRINUSE"] },
  { call: "accept4", errors: ["EMFILE", "ENFILE", "ENOMEM"] },
  { call: "read", errors: ["ECONNRESET", "EIO"] },
  { call: "recvmsg", errors: ["ENOMEM"] },
  { call: "epoll_ctl", errors: ["ENOMEM"] },
];

/** Where there is no spawner. */
const IN_FORKING_WORKER: readonly FallibleCall[] = [
  { call: "socketpair", errors: ["ENFILE", "EMFILE"] },
  { call: "pipe2", errors: ["EMFILE"] },
  { call: "fork", errors: ["EAGAIN", "ENOMEM"] },
];

const IN_WORKER: readonly FallibleCall[] = [
  { call: "socket", errors: ["EMFILE", "ENFILE"] },
  { call: "connect", errors: ["EACCES", "ECONNREFUSED"] },
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

describe("in the spawner", () => {
  it.each(IN_SPAWNER)(
    "$call fails with $errors.0 or another",
    (call) => expectCleanEnds(call, { role: "spawner" }),
    TIMEOUT_MS,
  );
});

describe("in the process that serves, where it starts progs", NEEDS_ROOT, () => {
  it.each(IN_FORKING_WORKER)(
    "$call fails with $errors.0 or another",
    (call) =>
      expectCleanEnds(call, { role: "worker" }, { runner: NO_FOLDER, environment: NO_TMPDIR }),
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

async function expectCleanEnds(
  call: FallibleCall,
  place: Omit<Place, "program">,
  more: Partial<Serving> = {},
): Promise<void> {
  const { complaints, faults } = await sweep({ sample: SAMPLE, ...call }, (fault) =>
    attempt(fault, { serving: { ...serving, ...more }, place }),
  );
  expect(complaints).toEqual([]);
  expect(faults).toBeGreaterThan(0);
}

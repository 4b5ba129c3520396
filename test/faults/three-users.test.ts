/**
 * s6-tlsserver with three users while a system call fails, in the process that listens, in the spawner
 * or in a worker: either it doesn't start, and says why, or it goes on serving; each line of its log is
 * ours, it ends when it is told to, and neither a process nor a folder of its own is left.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { scratchFile } from "../support/scratch.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";
import type { Place } from "./injection.ts";
import { attempt } from "./server-attempt.ts";
import { type FallibleCall, sweep } from "./system-calls.ts";

const authority = Authority.root();

const serving = {
  ...{ authority, credentials: authority.issue(), executable: publicProgram("s6-tlsserver") },
  options: words("-u 33 -g 33 --workers 1"),
};

const IN_PRIMARY: readonly FallibleCall[] = [
  // No processes, and no descriptors, for a spawner or a worker.
  { call: "fork", errors: ["EAGAIN", "ENOMEM"], sample: [1, 2, 3] },
  { call: "socketpair", errors: ["EMFILE", "ENFILE"], sample: [1, 2] },
  { call: "pipe2", errors: ["EMFILE"], sample: [1, 2] },
  { call: "accept4", errors: ["EMFILE", "ENFILE"] },
  { call: "recvmsg", errors: ["ECONNRESET", "ENOMEM"] },
];

const IN_SPAWNER: readonly FallibleCall[] = [
  { call: "fork", errors: ["EAGAIN", "ENOMEM"], sample: [1, 2] },
  { call: "pipe2", errors: ["EMFILE", "ENFILE"], sample: [1, 2] },
  { call: "socket", errors: ["EMFILE", "ENFILE"] },
  { call: "bind", errors: ["ENOSPC", "EADDRINUSE"] },
  { call: "listen", errors: ["EADDRINUSE"] },
  { call: "chown", errors: ["EPERM", "EROFS"] },
  { call: "accept4", errors: ["EMFILE", "ENFILE", "ENOMEM"], sample: [1, 2] },
  { call: "read", errors: ["ECONNRESET", "EIO"], sample: [1, 2] },
  { call: "recvmsg", errors: ["ENOMEM"], sample: [1, 2] },
  { call: "epoll_ctl", errors: ["ENOMEM"] },
];

const IN_WORKER: readonly FallibleCall[] = [
  { call: "setgroups", errors: ["EPERM", "ENOMEM"] },
  { call: "setgid", errors: ["EPERM"] },
  { call: "setuid", errors: ["EAGAIN", "EPERM"] },
  { call: "socket", errors: ["EMFILE", "ENFILE"], sample: [1, 2] },
  { call: "connect", errors: ["EACCES", "ECONNREFUSED"], sample: [1, 2] },
  { call: "open64", errors: ["EMFILE"] },
  { call: "read", errors: ["EIO"] },
  { call: "recvmsg", errors: ["ENOMEM"] },
  { call: "mmap64", errors: ["ENOMEM"] },
];

/** A server takes longer than s6-tlsd, and one with three users longer still. */
const SAMPLE = [1];

const TIMEOUT_MS = 1_200_000;

describe.each([
  ["the process that listens", {}, IN_PRIMARY],
  ["the spawner", { role: "spawner" }, IN_SPAWNER],
  ["a worker", { role: "worker" }, IN_WORKER],
] as const)("in %s", NEEDS_ROOT, (_where, place, calls) => {
  it.each(calls)(
    "$call fails with $errors.0 or another",
    (call) => expectCleanEnds(call, place),
    TIMEOUT_MS,
  );
});

async function expectCleanEnds(call: FallibleCall, place: Omit<Place, "program">): Promise<void> {
  const { complaints, faults } = await sweep({ sample: SAMPLE, ...call }, async (fault) => {
    const folder = scratchFile("temporary");
    mkdirSync(folder);
    const environment = { TLS_UID: "65534", TLS_GID: "65534", TMPDIR: folder };
    const found = await attempt(fault, { serving: { ...serving, environment }, place });
    const left = existsSync(folder) ? readdirSync(folder) : [];
    return left.length === 0 || found === null ? found : [...found, `left: ${left}`];
  });
  expect(complaints).toEqual([]);
  expect(faults).toBeGreaterThan(0);
}

/**
 * s6-tlsd while a system call fails: it ends in time, with an exit code of the contract, and with a
 * line that says why; and what the client got is the answer, or its beginning.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import type { Ended } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { type Fault, Injection } from "./injection.ts";
import { type FallibleCall, sweep } from "./system-calls.ts";
import { type Visit, visit } from "./visitor.ts";

const authority = Authority.root();
const credentials = authority.issue();

const CALLS: readonly FallibleCall[] = [
  // The key, the network, and prog's output.
  { call: "read", errors: ["EIO", "ECONNRESET", "EAGAIN", "ENOMEM"], sample: [4, 11, 16] },
  { call: "write", errors: ["EIO", "EPIPE", "ECONNRESET", "EAGAIN", "ENOSPC"] },
  { call: "write", errors: ["EPIPE", "EIO"], times: 0 },
  { call: "open64", errors: ["EMFILE", "ENFILE", "ENOMEM", "EACCES"] },
  { call: "open64", errors: ["EMFILE"], times: 0 },
  { call: "statx", errors: ["ENOMEM", "EIO"] },
  { call: "socketpair", errors: ["ENFILE", "EMFILE", "ENOMEM"] },
  { call: "pipe2", errors: ["EMFILE", "ENFILE"] },
  { call: "fork", errors: ["EAGAIN", "ENOMEM"] },
  { call: "dup2", errors: ["EMFILE"] },
  { call: "shutdown", errors: ["ENOTCONN"] },
  { call: "setsockopt", errors: ["ENOMEM"] },
  { call: "getsockname", errors: ["ENOBUFS"] },
  { call: "getpeername", errors: ["ENOTCONN"] },
  { call: "mmap64", errors: ["ENOMEM"] },
  { call: "mmap64", errors: ["ENOMEM"], times: 0 },
];

const TIMEOUT_MS = 600_000;

it.each(CALLS)(
  "$call fails with $errors.0 or another, so many times: $times",
  async (call) => {
    const { complaints, faults } = await sweep(call, attempt);
    expect(complaints).toEqual([]);
    expect(faults).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

async function attempt(fault: Fault): Promise<string[] | null> {
  const injection = new Injection(fault, { program: "s6-tlsd" });
  const { environment } = injection;
  const listener = await serve({ credentials, prog: ["cat"], environment, patience: 12_000 });
  const [came, ended] = await Promise.all([
    visit({ port: listener.port, authority }),
    listener.tunnel().then((tunnel) => tunnel.ended.catch((error: Error) => error)),
  ]);
  listener.close();
  const { hits } = injection;
  if (hits.length === 0) return null;
  if (ended instanceof Error) return [`${hits[0]}: ${ended.message}`];
  const told = `${hits[0]} → ${came}, ${ended.code ?? ended.signal}, ${ended.stderr.trim()}`;
  return verdict(fault, came, ended).map((text) => `${text} (${told})`);
}

/** cat's own, and ours. A child that dies before it is cat dies as Node sees fit. */
const CODES = [0, 1, 96, 97, 98, 111, 126];
const SIGNALS = [null, "SIGPIPE", "SIGABRT"];

function verdict(fault: Fault, came: Visit, { code, signal, stderr }: Ended): string[] {
  const complaints: string[] = [];
  const lines = stderr.split("\n").filter((line) => line !== "");
  const ours = lines.filter((line) => line.startsWith("s6-tlsd: "));
  const isOurs = (line: string) => /^(s6-tlsd: fatal: .+: .+|cat: .+)$/.test(line);
  if (code !== null && !CODES.includes(code)) complaints.push("no exit code of ours");
  if (!SIGNALS.includes(signal)) complaints.push("killed");
  if (!lines.every(isOurs)) complaints.push("a line that is not ours, or doesn't say why");
  if (ours.length > 1) complaints.push("more than one line");
  const isMute = fault.call === "write" && fault.times === 0;
  if (fault.call === "mmap64" && fault.times === 0 && code !== 97) complaints.push("not 97");
  if ((code ?? 0) > 1 && ours.length === 0 && !isMute) complaints.push("no line");
  // A client whose system says so is not there any more, unlike ours.
  const clientLeft = fault.call === "write" && ["EPIPE", "ECONNRESET"].includes(fault.error);
  if (came === "stuck" && !clientLeft) complaints.push("the client hears of no end");
  // A reset is how a program can end that has not read all; EIO is never a program's end.
  if (came === "cut short" && fault.error === "EIO" && ours.length === 0 && !isMute) {
    complaints.push("a part of the answer, and not a word");
  }
  if (came === "wrong") complaints.push("wrong bytes");
  return complaints;
}

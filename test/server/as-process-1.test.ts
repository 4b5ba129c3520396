/** In a container without an init, where orphans become children of process 1. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { childrenOf, isAlive, type Server, startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

const NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];

/** What unshare started is process 1 in there. */
const first = (server: Server) => childrenOf(server.pid)[0] ?? Number.NaN;

/** A child of prog's that ends after it. */
const LEAVES_A_CHILD = ["sh", "-c", "(sleep 0.2 &); cat"];

function zombiesOf(pid: number): number {
  return childrenOf(pid).filter((child) => !isAlive(child)).length;
}

const WARNING =
  "s6-tlsserver: warning: this is process 1, and children that progs leave behind would stay as zombies: start it under an init (docker run --init)";

it(
  "s6-tlsserver says that it should be started under an init, and serves",
  NEEDS_ROOT,
  async () => {
    const server = await startServer({ authority, credentials, runner: NAMESPACE });
    expect(await exchange(await connect(server), "served")).toBe("served");
    expect(server.log).toEqual([WARNING]);
    process.kill(first(server), "SIGTERM");
    expect(await server.running.ended).toMatchObject({ code: 0 });
  },
);

it("under a process 1 that waits for all children, no zombie stays", NEEDS_ROOT, async () => {
  // A shell does that, as an init does.
  const runner = [...NAMESPACE, "sh", "-c", '"$@" & wait', "sh"];
  const server = await startServer({ authority, credentials, runner, prog: LEAVES_A_CHILD });
  for (let turn = 0; turn < 3; turn++) await exchange(await connect(server), "served");
  const init = first(server);
  const orphans = () => childrenOf(init).filter((pid) => /sleep/.test(nameOf(pid)));
  await eventually("the orphans' end", () => orphans().length === 0 && zombiesOf(init) === 0);
  expect(server.log).toEqual([]);
});

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8");
  } catch {
    return "";
  }
}

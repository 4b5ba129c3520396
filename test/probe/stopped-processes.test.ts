/**
 * A spawner, or an access process, that is stopped or short of descriptors: its clients are told so in
 * the log, it is replaced, and the server goes on.
 */
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { everything } from "../support/processes.ts";
import { childrenOf, descriptorsOf, roleOf, type Server, startServer } from "../support/server.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const USERS = { TLS_UID: "65534", TLS_GID: "65534", UID: "33", GID: "33" };

const POLL = { timeout: 10_000 };

/** It takes the server 10 seconds to find out, or more on a machine with much to do: milliseconds. */
const LONG = 40_000;

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);

function serving(line = ""): Promise<Server> {
  return startServer({
    ...{ authority, credentials, executable: publicProgram("s6-tlsserver") },
    ...{ options: words(`-U -v --workers 1 ${line}`), environment: USERS },
    prog: ["sh", "-c", "echo ready; exec cat"],
  });
}

/** Of descriptors: the lowest free numbers are taken first. */
function limitThatLeaves(pid: number, free: number): number {
  const taken = descriptorsOf(pid);
  let limit = 0;
  for (let left = free; left > 0 || taken.has(limit); limit++) if (!taken.has(limit)) left--;
  return limit;
}

async function isServed(server: Server): Promise<void> {
  const client = await connect(server);
  expect(await receiveUntil(client, "\n")).toBe("ready\n");
  expect(await exchange(client, "echo")).toBe("echo");
  client.destroy();
}

describe("a process of the server's", NEEDS_ROOT, () => {
  it("a stopped spawner is replaced; clients that came meanwhile are given up on", async () => {
    const server = await serving();
    await isServed(server);
    const { spawner = Number.NaN } = server;
    process.kill(spawner, "SIGSTOP");
    const waits = await connect(server);
    waits.on("error", () => {});
    await server.logged(`spawner ${spawner} doesn't answer`, 1, LONG);
    await server.logged(/2 closed: .*(the spawner died|Connection reset by peer|Broken pipe)/);
    await eventually(
      "another spawner",
      () => server.spawner !== undefined && server.spawner !== spawner,
    );
    await isServed(server);
  }, 60_000);

  it("a stopped access process is replaced; its clients are refused", async () => {
    const server = await serving("-H -l us");
    await isServed(server);
    const access = childrenOf(server.pid).find((pid) => roleOf(pid) === "access") ?? Number.NaN;
    process.kill(access, "SIGSTOP");
    const waits = connect(server).catch(() => null);
    await server.logged(`the access process (${access}) doesn't answer`, 1, LONG);
    await server.logged(/2 from .* is refused: the access process ended/);
    await waits;
    await eventually("another one", () => {
      return childrenOf(server.pid).some((pid) => pid !== access && roleOf(pid) === "access");
    });
    await expect
      .poll(
        () =>
          isServed(server).then(
            () => true,
            () => false,
          ),
        POLL,
      )
      .toBe(true);
  }, 60_000);

  it("a spawner without a descriptor left: each client gets its own prog, or none", async () => {
    const server = await serving("-c 60 -C 60");
    await isServed(server);
    const { spawner = 0 } = server;
    execFileSync("prlimit", [`--pid=${spawner}`, "--nofile=34:1024"]);
    const talk = async (text: string) => {
      const client = await connect(server).catch(() => null);
      if (client === null) return text;
      client.on("error", () => {});
      const heard = everything(client).catch(() => Buffer.alloc(0));
      client.write(text);
      setTimeout(() => client.end(), 500);
      const answer = (await heard).toString();
      return answer === "" || answer === "ready\n" ? text : answer.replace("ready\n", "");
    };
    const texts = Array.from({ length: 40 }, (_, at) => `client ${at}`);
    expect(await Promise.all(texts.map(talk))).toEqual(texts);
    execFileSync("prlimit", [`--pid=${spawner}`, "--nofile=1024:1024"]);
    await isServed(server);
    expect(server.spawner).toBe(spawner);
  }, 60_000);

  it.each([
    ["no descriptor", 0, /2 closed: .*(did not connect|Connection reset by peer|Broken pipe)/],
    ["no descriptor for a prog's start", 2, /2 closed: .*unable to run sh: Too many open files/],
  ])(
    "a spawner with %s left: that client is given up on, and the reason is told",
    async (_, free, reason) => {
      const server = await serving();
      await isServed(server);
      const { spawner = 0 } = server;
      await eventually("the sockets' end", () => childrenOf(spawner).length === 0);
      const limit = limitThatLeaves(spawner, free);
      execFileSync("prlimit", [`--pid=${spawner}`, `--nofile=${limit}:1024`]);
      const client = await connect(server).catch(() => null);
      client?.on("error", () => {});
      await server.logged(reason, 1, LONG);
      execFileSync("prlimit", [`--pid=${spawner}`, "--nofile=1024:1024"]);
      await isServed(server);
    },
    60_000,
  );
});

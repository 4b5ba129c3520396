/**
 * With a Node that can exec, s6-tlsd becomes prog: nothing of Node is left in the process that its
 * supervisor knows.
 */

import { readFileSync, readlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY, commandOf, newerNode, statusOf } from "../support/privileges.ts";
import { everything } from "../support/processes.ts";
import { type Service, serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** What a running prog is like, after its first line. */
async function running(prog: string[], service: Partial<Service> = {}) {
  const listener = await serve({
    credentials,
    environment: AS_NOBODY,
    through: [newerNode],
    prog,
    ...service,
  });
  const client = await connect({ port: listener.port, authority });
  const greeting = await receiveUntil(client, "\n");
  const tunnel = await listener.tunnel();
  return { client, greeting, tunnel, pid: tunnel.pid };
}

/** Signals 32 and 33, which no program can use; what make starts inherits them as ignored. */
const OF_THE_C_LIBRARY = 0x180000000n;

const greet = ["sh", "-c", "echo $$; cat"];

describe("with a Node that can exec", NEEDS_ROOT, () => {
  it("prog has the pid of s6-tlsd, and its own name, arguments and file", async () => {
    const { greeting, pid, tunnel } = await running(greet);
    expect(greeting).toBe(`${pid}\n`);
    expect(commandOf(pid)).toEqual(greet);
    expect(readlinkSync(`/proc/${pid}/exe`)).not.toBe(newerNode);
    expect(readFileSync(`/proc/${pid}/maps`, "utf8")).not.toContain(newerNode);
    expect(statusOf(pid, "Threads")).toBe("1");
    expect(tunnel.stderr).toBe("");
  });

  it("no signal is ignored, caught or blocked", async () => {
    // What has a shell caught by itself would show; cat catches nothing.
    const { pid } = await running(["sh", "-c", "echo ready; exec cat"]);
    await eventually("cat", () => commandOf(pid)[0] === "cat");
    for (const name of ["SigBlk", "SigIgn", "SigCgt", "SigPnd"]) {
      const signals = BigInt(`0x${statusOf(pid, name)}`);
      expect(signals & ~OF_THE_C_LIBRARY, name).toBe(0n);
    }
  });

  it("standard input and output are pipes that block", async () => {
    const { pid } = await running(greet);
    for (const [fd, mode] of [
      [0, O_RDONLY],
      [1, O_WRONLY],
    ]) {
      const information = readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8");
      const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(information)?.[1] ?? "", 8);
      expect(flags & (O_ACCMODE | O_NONBLOCK), `descriptor ${fd}`).toBe(mode);
    }
  });

  it("prog has no descriptor of Node's, and none of the network's", async () => {
    const { answer } = await visit(["sh", "-c", "ls -l /proc/$$/fd"]);
    const targets = answer.split("\n").filter((line) => line.includes(" -> "));
    const low = targets.filter((line) => Number(/([0-9]+) -> /.exec(line)?.[1]) < FIRST_FOREIGN);
    expect(low.length).toBe(3);
    expect(answer).not.toMatch(/anon_inode|io_uring|eventpoll/);
    expect(low.filter((line) => line.includes("socket:"))).toEqual([
      expect.stringContaining("2 ->"),
    ]);
  });

  it("the engine ends with the connection, as prog's child", async () => {
    const { client, pid, tunnel } = await running(greet);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    expect(children.split(" ").filter(Boolean).length).toBeGreaterThanOrEqual(1);
    client.end();
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("descriptors that s6-tlsd inherited still reach prog, which then is a child", async () => {
    const prog = ["sh", "-c", "echo $$; echo three >&3; echo four >&4"];
    const { greeting, pid, tunnel } = await running(prog, { pipes: 2 });
    expect(greeting).not.toBe(`${pid}\n`);
    const heard = [3, 4].map((fd) => everything(tunnel.descriptor(fd)).then(String));
    expect(await Promise.all(heard)).toEqual(["three\n", "four\n"]);
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

/** Descriptors from here on may come from the process that started the tests: Node lets them through. */
const FIRST_FOREIGN = 16;

const O_RDONLY = 0;
const O_WRONLY = 1;
const O_ACCMODE = 3;
const O_NONBLOCK = 0o4000;

async function visit(prog: string[]) {
  const listener = await serve({ credentials, environment: AS_NOBODY, through: [newerNode], prog });
  const client = await connect({ port: listener.port, authority });
  return { answer: (await everything(client)).toString() };
}

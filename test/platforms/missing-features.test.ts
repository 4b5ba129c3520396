/**
 * Each thing that src/io/platform.ts asks of a system, taken away: the programs do without it, or say
 * in one line what is missing and what to do.
 */
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, TLS12 } from "../support/clients.ts";
import { CONVERSING, converse, type Platform } from "../support/conversations.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY, NODES, newerNode } from "../support/privileges.ts";
import { everything, run } from "../support/processes.ts";
import { repository } from "../support/repository.ts";
import { scratchFile } from "../support/scratch.ts";
import { runServer, startServer } from "../support/server.ts";
import { type Service, serve } from "../support/service.ts";
import { behind } from "./taken-away.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** A folder that has these programs of BusyBox's, and nothing else. */
function busybox(...programs: string[]): string {
  const folder = scratchFile("busybox");
  mkdirSync(folder);
  for (const name of programs) symlinkSync("/bin/busybox", join(folder, name));
  return folder;
}

const PROGS = ["sh", "cat", "head", "env"];
const FEW = busybox(...PROGS);

const NO_PROC = "mount -t tmpfs none /proc";
const NO_DEVICES = "mount -t tmpfs none /dev";
const READ_ONLY =
  "mount --bind /tmp /tmp; mount -o remount,bind,ro /tmp; for f in /dev/shm /run; do mount -o ro -t tmpfs none $f; done";
/** Debian has it here, whatever PATH is. */
const NO_MKFIFO = "mount --bind /etc/passwd /usr/bin/mkfifo";

const PLATFORMS: [string, Platform][] = [
  ["without /proc", { runner: behind(NO_PROC) }],
  ["where nothing can be written to", { runner: behind(READ_ONLY) }],
  ["with programs of BusyBox alone", { runner: behind("true"), environment: { PATH: FEW } }],
];

describe.each(PLATFORMS)("%s", NEEDS_ROOT, (_, platform) => {
  it.each(CONVERSING)("%s talks", (program) => converse(program, platform, "TLSv1.2"));
});

/** What prog answers behind s6-tlsd, and how that ended. */
async function visit(service: Partial<Service>) {
  const listener = await serve({ credentials, prog: ["sh", "-c", "cat; echo $$"], ...service });
  const client = await connect({ port: listener.port, authority }, TLS12);
  const answer = await exchange(client, "hello ");
  const tunnel = await listener.tunnel();
  return { answer, pid: tunnel.pid, ended: await tunnel.ended };
}

describe.each(NODES)("an engine with another user, with %s", NEEDS_ROOT, (_, node) => {
  it("without /proc, prog is a child", async () => {
    const { answer, pid, ended } = await visit({
      environment: AS_NOBODY,
      through: behind(NO_PROC, node),
    });
    expect(answer).toMatch(/^hello [0-9]+\n$/);
    expect(answer).not.toBe(`hello ${pid}\n`);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  });

  it.each([
    ["BusyBox's mkfifo", busybox(...PROGS, "mkfifo")],
    ["BusyBox without links", busybox(...PROGS, "busybox")],
  ])("pipes are made by %s", async (_, PATH) => {
    const through = behind(NO_MKFIFO, node);
    const { answer, ended } = await visit({ environment: { ...AS_NOBODY, PATH }, through });
    expect(answer).toMatch(/^hello [0-9]+\n$/);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("without mkfifo that is said, and what to do", async () => {
    const environment = { ...AS_NOBODY, PATH: FEW };
    const through = behind(NO_MKFIFO, node);
    const listener = await serve({ credentials, environment, through, prog: ["cat"] });
    await expect(connect({ port: listener.port, authority })).rejects.toThrow();
    expect(await (await listener.tunnel()).ended).toMatchObject({
      code: 111,
      stderr:
        "s6-tlsd: fatal: unable to make pipes: there is no mkfifo in PATH; install coreutils or BusyBox\n",
    });
  });
});

it("without setuid, privileges that can't be dropped end it", NEEDS_ROOT, async () => {
  const none = scratchFile("no-setuid.cjs", "process.setuid = undefined;");
  const through = [process.execPath, "--require", none];
  const listener = await serve({ credentials, environment: AS_NOBODY, through, prog: ["cat"] });
  await expect(connect({ port: listener.port, authority })).rejects.toThrow();
  expect(await (await listener.tunnel()).ended).toMatchObject({
    code: 111,
    stderr: "s6-tlsd-io: fatal: unable to drop privileges: this runtime can't change users\n",
  });
});

it("without /proc, prog has the descriptors that s6-tlsd inherited", NEEDS_ROOT, async () => {
  const file = scratchFile("nine", "");
  const prog = ["sh", "-c", "echo three >&3; cat <&8 >&9"];
  const through = behind(`${NO_PROC}; exec 9>${file} 8<${scratchFile("eight", "eight\n")}`);
  const listener = await serve({ credentials, prog, through, pipes: 1 });
  const client = await connect({ port: listener.port, authority }, TLS12);
  const tunnel = await listener.tunnel();
  const heard = everything(tunnel.descriptor(3));
  await exchange(client, "");
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(file, "utf8")).toBe("eight\n");
  expect((await heard).toString()).toBe("three\n");
});

it("without /proc, s6-tlsserver's workers and progs can be other users", NEEDS_ROOT, async () => {
  const server = await startServer({
    ...{ authority, credentials, environment: AS_NOBODY },
    options: ["-u", "65533", "-g", "65533", "--workers", "1"],
    prog: ["sh", "-c", "cat; id -u"],
    runner: behind(NO_PROC),
  });
  const client = await connect(server, TLS12);
  expect(await exchange(client, "user ")).toBe("user 65533\n");
  expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
});

describe("-G, whose groups setpriv gives to prog", NEEDS_ROOT, () => {
  const NO_SETPRIV = "mount --bind /etc/passwd /usr/bin/setpriv";

  it.each([
    ["without setpriv", busybox(...PROGS)],
    ["with BusyBox' setpriv, which knows no groups", busybox(...PROGS, "setpriv")],
  ])("%s the server says so, and doesn't start", async (_, PATH) => {
    const { code, stdout, stderr } = await runServer({
      ...{ credentials, environment: { PATH }, runner: behind(NO_SETPRIV) },
      options: ["-u", "65533", "-g", "65533", "-G", "65532"],
    });
    expect(stderr).toBe(
      "s6-tlsserver: fatal: unable to give prog its groups (-G): there is no setpriv in PATH that can; install util-linux\n",
    );
    expect({ code, stdout }).toEqual({ code: 111, stdout: "" });
  });
});

it("without devices, s6-tlsd talks", NEEDS_ROOT, async () => {
  const { answer, ended } = await visit({ through: behind(NO_DEVICES) });
  expect(answer).toMatch(/^hello [0-9]+\n$/);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
});

/** What an expression gives that has the platform as `platform`, as JSON. */
async function evaluate(expression: string, changes: string): Promise<unknown> {
  const file = pathToFileURL(join(repository, "src/io/platform.ts"));
  const script = `import * as platform from "${file}"; console.log(JSON.stringify(${expression}))`;
  const runner = [...behind(changes, newerNode), "--input-type=module", "-e", script];
  const { code, stdout, stderr } = await run(runner);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

describe("what the platform says", NEEDS_ROOT, () => {
  const LIMITED = "ulimit -S -n 100; ulimit -H -n 123";

  it.each([
    ["with /proc", LIMITED],
    ["by Node's report", `${LIMITED}; ${NO_PROC}`],
  ])("the limit of descriptors, %s", async (_, changes) => {
    expect(await evaluate("platform.descriptorLimit()", changes)).toBe(123);
  });

  it.each([
    ["with /proc", "true", true],
    ["without", NO_PROC, false],
  ])("%s, whether a process can become another program", async (_, changes, can) => {
    expect(await evaluate('platform.canExec(["cat"])', changes)).toBe(can);
  });

  it.each([["a=b"], ["-i"], ["/opt/a=b/prog"]])(
    "env would not take %s for a program",
    async (file) => {
      expect(await evaluate(`platform.canExec([${JSON.stringify(file)}])`, "true")).toBe(false);
    },
  );

  it.each([
    ["with /proc", "true", true],
    ["without", NO_PROC, false],
  ])("%s, effort and environment", async (_, changes, isThere) => {
    const both =
      "[platform.effortOf(process.pid) !== null, platform.startingEnvironmentBlock() !== null]";
    expect(await evaluate(both, changes)).toEqual([isThere, isThere]);
  });
});

import { fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { childrenOf, commandOf } from "../support/privileges.ts";
import { relayServer } from "../support/relays.ts";
import { repository } from "../support/repository.ts";
import { scratchFile } from "../support/scratch.ts";
import { NO_FOLDER, NO_TMPDIR, type Serving, startServer } from "../support/server.ts";

/** A fork copies the page tables of all that a worker has touched, so V8 gets less to touch. */

const authority = Authority.root();
const credentials = authority.issue();

const optionsOf = (pid: number, name: string) =>
  commandOf(pid).filter((word) => word.startsWith(name));

async function sizesOfWorkers(NODE_OPTIONS: string): Promise<(string | undefined)[]> {
  const server = await startServer({ authority, credentials, environment: { NODE_OPTIONS } });
  const sizes = server.workers.map((pid) =>
    commandOf(pid).find((word) => word.startsWith("--max-semi-space-size")),
  );
  await server.stop();
  return sizes;
}

it("is small in workers", async () => {
  const sizes = await sizesOfWorkers("");
  expect(sizes.length).toBeGreaterThan(0);
  expect(new Set(sizes)).toEqual(new Set(["--max-semi-space-size=4"]));
});

describe("is smaller still in the spawner, which has neither optimised code nor V8's threads", () => {
  const isSo = async (options: string[]) => {
    const server = await startServer({ authority, credentials, options });
    const { spawner = Number.NaN } = server;
    expect(optionsOf(spawner, "--max-semi-space-size")).toEqual(["--max-semi-space-size=1"]);
    const threads = (pid = Number.NaN) => readdirSync(`/proc/${pid}/task`).length;
    expect(threads(spawner)).toBeLessThan(threads(server.workers[0]));
  };

  it("of one user", () => isSo([]));

  it("of root, where it gives its rights up", NEEDS_ROOT, () => isSo(["-u", "33"]));
});

/** What a process in that role loads of our bundles. */
function bundlesOf(role: string): Promise<string[]> {
  const tell = "setImmediate(() => process.send({ loaded: Object.keys(require.cache) }))";
  const launcher = join(repository, "bin/s6-tlsserver");
  const child = fork(launcher, ["127.0.0.1", "0", "cat"], {
    execArgv: ["--require", scratchFile("tell.cjs", tell)],
    env: { ...process.env, S6_TLSSERVER_ROLE: role },
  });
  return new Promise((resolve, reject) => {
    child.on("exit", () => reject(new Error("it says nothing")));
    child.on("message", ({ loaded }: { loaded?: string[] }) => {
      if (loaded === undefined) return;
      const folder = join(repository, "dist");
      resolve(loaded.filter((path) => dirname(path) === folder).map((path) => basename(path)));
      child.kill("SIGKILL");
    });
  });
}

it("holds no code of other processes in the spawner", async () => {
  expect(await bundlesOf("spawner")).toEqual(["s6-tlsserver.cjs", "spawner.cjs"]);
  expect(await bundlesOf("worker")).toEqual(["s6-tlsserver.cjs", "servers.cjs"]);
});

it("has the size that NODE_OPTIONS asks for", async () => {
  const sizes = await sizesOfWorkers("--max-semi-space-size=32");
  expect(sizes.length).toBeGreaterThan(0);
  expect(new Set(sizes)).toEqual(new Set([undefined]));
});

describe("the old generation is collected", () => {
  const size = "--initial-old-space-size";
  const ofRelay = async (environment: Record<string, string> = {}) => {
    const { running } = await relayServer(["--connect", "127.0.0.1:1"], { environment });
    const children = childrenOf(running.pid);
    expect(children.length).toBeGreaterThan(0);
    return new Set(children.flatMap((pid) => optionsOf(pid, size)));
  };

  const ofWorkers = async (serving: Serving) => {
    const server = await startServer(serving);
    expect(server.workers.length).toBeGreaterThan(0);
    const options = new Set(server.workers.flatMap((pid) => optionsOf(pid, size)));
    await server.stop();
    return options;
  };

  it("less often in workers that start nothing", async () => {
    expect(await ofRelay()).toEqual(new Set([`${size}=128`]));
  });

  it("less often in workers whose progs the spawner starts", async () => {
    expect(await ofWorkers({ authority, credentials })).toEqual(new Set([`${size}=128`]));
  });

  it("as V8 does it in workers that start progs", NEEDS_ROOT, async () => {
    const where = { runner: NO_FOLDER, environment: NO_TMPDIR };
    expect(await ofWorkers({ authority, credentials, ...where })).toEqual(new Set());
  });

  it("as NODE_OPTIONS asks for it", async () => {
    expect(await ofRelay({ NODE_OPTIONS: "--max-old-space-size=100" })).toEqual(new Set());
  });
});

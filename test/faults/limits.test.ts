/**
 * Limits of the real system, no faults by injection: a full disk under the log, no more processes,
 * no more descriptors, no more memory.
 */

import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { everything, run, start } from "../support/processes.ts";
import { startServer } from "../support/server.ts";
import { credentialsEnvironment, program } from "../support/service.ts";
import { asUnprivilegedUser, publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Nothing can be written there: ENOSPC. */
const FULL = 'exec 2>/dev/full; exec "$@"';

describe("a log on a full disk", () => {
  it.each(["text", "json"])("doesn't stop the server, whatever its format: %s", async (format) => {
    const server = await startServer({
      ...{ authority, credentials, runner: ["sh", "-c", FULL, "sh"] },
      options: words(`-v --workers 1 --log-format ${format}`),
    });
    for (let turn = 0; turn < 3; turn++) {
      const raw = await connectRaw(server.port);
      raw.end("no TLS");
      raw.resume();
      expect(await exchange(await connect(server), "served")).toBe("served");
    }
    expect(await server.stop()).toMatchObject({ code: 0, signal: null, stderr: "" });
  });

  it("leaves s6-tlsd its exit code", async () => {
    const command = ["sh", "-c", FULL, "sh", program("s6-tlsd"), "true"];
    const { code, stderr } = await run(command, {
      environment: credentialsEnvironment({ ...credentials, keyFile: "/no/such/file" }),
    });
    expect({ code, stderr }).toEqual({ code: 96, stderr: "" });
  });
});

describe("no more processes for this user", NEEDS_ROOT, () => {
  it("costs a client its connection; those that are there go on, and later ones are served", async () => {
    const server = await startServer({
      ...{ authority, runner: asUnprivilegedUser },
      executable: publicProgram("s6-tlsserver"),
      options: words("--workers 1"),
      credentials,
    });
    const other = await connect(server);
    await eventually("its program", () => server.programs.length === 1);
    await limitProcess(server.workers[0], "--nproc=1:", asUnprivilegedUser);
    for (let turn = 1; turn <= 2; turn++) {
      await connect(server)
        .then(everything)
        .catch(() => {});
      await server.logged("unable to run cat: Resource temporarily unavailable", turn);
    }
    await limitProcess(server.workers[0], "--nproc=4096:", asUnprivilegedUser);
    expect(await exchange(other, "still here")).toBe("still here");
    expect(await exchange(await connect(server), "served")).toBe("served");
  });
});

describe("no more address space", () => {
  it("costs a client its connection, or the worker its life; later clients are served", async () => {
    const server = await startServer({ authority, credentials, options: words("--workers 1") });
    expect(await exchange(await connect(server), "before")).toBe("before");
    // Less than there is already: nothing new can be mapped.
    await limitProcess(server.workers[0], `--as=${1 << 20}:unlimited`);
    await connect(server)
      .then(everything)
      .catch(() => {});
    await server.logged(/unable to serve: unable to set up the engine: |died \(/);
    const [worker] = server.workers;
    if (worker !== undefined) {
      await run(["prlimit", `--pid=${worker}`, "--as=unlimited:unlimited"]);
    }
    await eventually("a worker", () => server.workers.length === 1);
    expect(await exchange(await connect(server), "served")).toBe("served");
    for (const line of server.log.filter((text) => text.startsWith("s6-tlsserver"))) {
      expect(line).toMatch(/^s6-tlsserver: (warning|fatal): .+/);
    }
  });
});

describe("no memory for a sandbox", () => {
  it("is 97 and a line", async () => {
    const limited = ["prlimit", `--as=${900 << 20}`, program("s6-tlsd"), "true"];
    const running = start(limited, {
      environment: credentialsEnvironment(credentials),
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { code, stderr } = await running.ended;
    expect(stderr).toMatch(/^s6-tlsd: fatal: unable to set up the (keeper|engine): .*emory.*\n$/);
    expect(code).toBe(97);
  });
});

/** @param by who does it: root itself may not, of others' processes, in a container */
async function limitProcess(pid = Number.NaN, limit = "", by: readonly string[] = []) {
  expect(await run([...by, "prlimit", `--pid=${pid}`, limit])).toMatchObject({ code: 0 });
}

/**
 * TICKETFILE with -u, where root alone can read it: as it does with keys, each worker reads it before it
 * becomes that user, and a reload replaces the workers.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { runServer, type Server, startServer } from "../support/server.ts";
import { resumesOnBoth, visitWithTicket } from "../support/ticket-visits.ts";
import {
  asUnprivilegedUser,
  publicProgram,
  UNPRIVILEGED_USER,
} from "../support/unprivileged-user.ts";

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);

const line = () => `${randomBytes(48).toString("base64")}\n`;
const [one, two] = [line(), line()];
const RELOADED = "info: read all keys and certificates again";
const USER = ["-u", `${UNPRIVILEGED_USER}`, "-g", `${UNPRIVILEGED_USER}`];

/** Only its owner reads it, whatever is written into it later. */
function secret(content: string): string {
  const file = scratchFile("tickets", content);
  chmodSync(file, 0o400);
  return file;
}

function serving(file: string): Promise<Server> {
  return startServer({
    ...{ authority, credentials, prog: ["printf", "hello"] },
    executable: publicProgram("s6-tlsserver"),
    options: ["-v", "-S", "--workers", "2", ...USER],
    environment: { TICKETFILE: file },
  });
}

/** Ends this worker, and waits until another one is in its place. */
async function replace(server: Server, worker: number, count: number): Promise<void> {
  process.kill(worker, "SIGKILL");
  await server.logged("replacing it", count);
  const isWhole = () => server.workers.length === 2 && !server.workers.includes(worker);
  await eventually("a replacement", isWhole);
}

describe("as root", NEEDS_ROOT, () => {
  it("the file can't be read by the user of the workers", async () => {
    const file = secret(one);
    const { code } = await run([...asUnprivilegedUser, "cat", file]);
    expect(code).not.toBe(0);
  });

  it("sessions are resumed by all workers: at the start, and by those that replace them", async () => {
    const file = secret(one);
    const [server, other] = await Promise.all([serving(file), serving(file)]);
    let session = await resumesOnBoth(server, (await visitWithTicket(other)).session);
    for (const [index, worker] of server.workers.entries()) {
      await replace(server, worker, index + 1);
      session = await resumesOnBoth(server, session);
    }
  });

  it("a reload opens with the old key as the second of two, and seals with the first", async () => {
    const file = secret(one);
    const [server, old] = await Promise.all([serving(file), serving(secret(one))]);
    let { session } = await visitWithTicket(server);
    expect((await visitWithTicket(old, session)).reused).toBe(true);
    session = (await visitWithTicket(server)).session;
    writeFileSync(file, two + one);
    const before = server.workers;
    server.signal("SIGUSR2");
    await server.logged(RELOADED);
    await eventually("the end of the old ones", () => server.workers.length === 2);
    expect(server.workers.filter((pid) => before.includes(pid))).toEqual([]);
    const sealed = await resumesOnBoth(server, session);
    expect((await visitWithTicket(old, sealed)).reused).toBe(false);
    const [worker = Number.NaN] = server.workers;
    await replace(server, worker, 1);
    await resumesOnBoth(server, sealed);
  });

  it("a reload without the old key opens its tickets no more", async () => {
    const file = secret(one);
    const server = await serving(file);
    const { session } = await visitWithTicket(server);
    writeFileSync(file, two);
    server.signal("SIGUSR2");
    await server.logged(RELOADED);
    expect((await visitWithTicket(server, session)).reused).toBe(false);
  });

  it("while a reload is under way, each worker opens what another one has sealed", async () => {
    const file = secret(one);
    const server = await serving(file);
    let [keys, { session }] = [one, await visitWithTicket(server)];
    for (let turn = 1; turn <= 3; turn++) {
      keys = line() + keys;
      writeFileSync(file, keys);
      server.signal("SIGUSR2");
      const reloaded = server.logged(RELOADED, turn);
      session = await resumesOnBoth(server, session);
      await reloaded;
    }
  });

  it("a reload with a bad file keeps the old keys, and says which line is wrong", async () => {
    const file = secret(one);
    const server = await serving(file);
    const { session } = await visitWithTicket(server);
    writeFileSync(file, `${two}nonsense\n`);
    server.signal("SIGUSR2");
    const [said] = await server.logged("error: keeping the old keys and certificates");
    expect(said).toContain(`unable to read ticket keys in ${file}: line 2 is not a ticket key`);
    await eventually("the end of the new ones", () => server.workers.length === 2);
    await resumesOnBoth(server, session);
  });

  it("a bad file at the start ends the server with 96, and nothing listens", async () => {
    const file = secret("nonsense\n");
    const ended = await runServer({
      ...{ credentials, executable: publicProgram("s6-tlsserver") },
      ...{ options: USER, environment: { TICKETFILE: file } },
    });
    expect(ended).toMatchObject({ code: 96, stdout: "" });
    expect(ended.stderr).toContain(`unable to read ticket keys in ${file}: line 1 is not`);
  });

  it("a server that is that user already can't read it, and ends with 96", async () => {
    const file = secret(one);
    const readable = authority.issue();
    chmodSync(readable.keyFile, 0o444);
    const ended = await runServer({
      ...{
        credentials: readable,
        executable: publicProgram("s6-tlsserver"),
        runner: asUnprivilegedUser,
      },
      environment: { TICKETFILE: file },
    });
    expect(ended.code).toBe(96);
    expect(ended.stderr).toContain(`unable to read ticket keys in ${file}: Permission denied`);
  });
});

/**
 * Workers that disagree at a reload: one has read good files, another finds them bad, or dies over
 * it. Then all keep the old keys, the new ones are in no process's memory, and the next reload works.
 * One worker is stopped by a signal while files change, so that each finds something else.
 */
import { randomBytes } from "node:crypto";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { copiesOf } from "../contract/process-memory.ts";
import { Authority, type Credentials, derCertificate } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";
import { NO_IDLE_COLLECTION, type Server, type Serving, startServer } from "../support/server.ts";
import { visitWithTicket } from "../support/ticket-visits.ts";

const authority = Authority.root();
const [first, second] = [authority.issue(), authority.issue()];
const [firstKey, secondKey] = [first, second].map(({ key }) =>
  Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url"),
) as [Buffer, Buffer];

const PATIENCE = { timeout: 60_000 };

interface Scene {
  server: Server;
  files: Credentials;
  /** The worker that goes on, and the one that is stopped. */
  awake: number;
  stopped: number;
}

/** Two workers with the first pair; the files have the second, and a reload has begun. */
async function scene(
  prepare: (files: Credentials) => void = () => {},
  more: Partial<Serving> = {},
): Promise<Scene> {
  const files = { keyFile: scratchFile("key"), certFile: scratchFile("cert"), key: first.key };
  place(files, first);
  const options = ["--workers", "2", "-v", "-S"];
  const runner = NO_IDLE_COLLECTION;
  const server = await startServer({ authority, credentials: files, options, runner, ...more });
  expect(await answering(server)).toEqual(new Set(["first"]));
  const [awake = 0, stopped = 0] = server.workers;
  process.kill(stopped, "SIGSTOP");
  place(files, second);
  prepare(files);
  server.signal("SIGUSR2");
  return { server, files, awake, stopped };
}

function place(files: Credentials, { keyFile, certFile }: Credentials): void {
  copyFileSync(keyFile, files.keyFile);
  copyFileSync(certFile, files.certFile);
}

async function hasRead(key: Buffer, pid: number): Promise<void> {
  await eventually("the new key in the worker's memory", () => copiesOf(key, pid) > 0, 20_000);
}

/** Who answers, on as many connections as reach every worker. */
async function answering(server: Server): Promise<Set<string>> {
  const clients = await Promise.all(Array.from({ length: 6 }, () => connect(server)));
  const names = clients.map((client) => {
    const { raw } = client.getPeerCertificate();
    return raw.equals(derCertificate(first.certFile)) ? "first" : "second";
  });
  for (const client of clients) client.destroy();
  return new Set(names);
}

/** By the worker that is awake; what is given to the other one waits. */
async function isServed(server: Server): Promise<void> {
  const clients = Array.from({ length: 4 }, () => connect(server));
  for (const client of clients) client.then((socket) => socket.destroy()).catch(() => {});
  await Promise.any(clients);
}

async function reloadsAgain({ server, files }: Scene): Promise<void> {
  const before = server.saying("read all keys").length;
  place(files, second);
  server.signal("SIGUSR2");
  await server.logged("read all keys and certificates again", before + 1);
  expect(await answering(server)).toEqual(new Set(["second"]));
  for (const worker of server.workers) {
    await eventually("no trace of the old key", () => copiesOf(firstKey, worker) === 0);
  }
}

describe("if one worker has read a good pair, and another finds none", PATIENCE, () => {
  it("all keep the old one, and the new key is in no memory", async () => {
    const all = await scene();
    const { server, files, awake, stopped } = all;
    await hasRead(secondKey, awake);
    rmSync(files.keyFile);
    process.kill(stopped, "SIGCONT");
    const [line] = await server.logged("keeping the old keys and certificates");
    expect(line).toContain("No such file");
    expect(await answering(server)).toEqual(new Set(["first"]));
    for (const worker of [awake, stopped]) {
      expect(copiesOf(secondKey, worker), "of the new key").toBe(0);
      expect(copiesOf(firstKey, worker), "of the old key").toBeGreaterThan(0);
    }
    await reloadsAgain(all);
  });

  it("all keep the old one, also when the bad news comes first", async () => {
    const all = await scene(({ keyFile }) => writeFileSync(keyFile, "no key"));
    const { server, files, stopped } = all;
    // A worker looks at its files before it serves a client that came later. The second client is
    // surely later: the primary has gone round once since the signal.
    await isServed(server);
    await isServed(server);
    place(files, second);
    process.kill(stopped, "SIGCONT");
    const [line] = await server.logged("keeping the old keys and certificates");
    expect(line).toContain("no private key in it");
    expect(await answering(server)).toEqual(new Set(["first"]));
    await reloadsAgain(all);
  });
});

describe("if one worker has read new ticket keys, and another finds no key", PATIENCE, () => {
  const ticketKeys = () => `${randomBytes(32).toString("base64")}\n`;
  const saysHello = (TICKETFILE: string) => ({
    prog: ["printf", "hello"],
    environment: { TICKETFILE },
  });

  it("it opens tickets with the new ones, and no more once all keep the old ones", async () => {
    const [tickets, next] = [scratchFile("tickets", ticketKeys()), ticketKeys()];
    const newer = await startServer({
      ...{ authority, credentials: first, options: ["-S"] },
      ...saysHello(scratchFile("next-tickets", next)),
    });
    const { session } = await visitWithTicket(newer);
    const begin = () => writeFileSync(tickets, next);
    const { server, files, stopped } = await scene(begin, saysHello(tickets));
    // One of two at the most goes to the worker that is stopped.
    const isResumed = async () => {
      const visits = [visitWithTicket(server, session), visitWithTicket(server, session)];
      for (const visit of visits) visit.catch(() => {});
      return (await Promise.any(visits)).reused;
    };
    await expect.poll(isResumed, { timeout: 20_000 }).toBe(true);
    rmSync(files.keyFile);
    process.kill(stopped, "SIGCONT");
    await server.logged("keeping the old keys and certificates");
    for (let n = 0; n < 4; n++) {
      expect((await visitWithTicket(server, session)).reused).toBe(false);
    }
  });
});

describe("if a worker dies during a reload", PATIENCE, () => {
  it("that is an answer: all keep the old pair", async () => {
    const all = await scene();
    const { server, awake, stopped } = all;
    await hasRead(secondKey, awake);
    process.kill(stopped, "SIGKILL");
    const [line] = await server.logged("keeping the old keys and certificates");
    expect(line).toContain("a worker died");
    await eventually("another worker", () => server.workers.length === 2);
    await eventually("no trace of the new key", () => copiesOf(secondKey, awake) === 0);
    await reloadsAgain(all);
  });
});

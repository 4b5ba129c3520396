import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import type { Keeper, PrivateKey } from "../../src/sandbox/keeper.ts";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import {
  drain,
  feed,
  isBlank,
  loadKey,
  mailboxOf,
  newClient,
  newKeeper,
  newServer,
} from "../engine/instances.ts";
import { call } from "../support/calls.ts";
import {
  Authority,
  type Credentials,
  derCertificate,
  type KeyKind,
} from "../support/certificates.ts";
import { connect, connectRaw, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_PROCESSOR } from "../support/needs.ts";
import { start } from "../support/processes.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";
import { nextConnection, opensslServer } from "../support/tls-servers.ts";
import { Rig } from "../tunnel/rig.ts";
import { type Mapping, mappingsOf } from "./process-memory.ts";
import { Search, secretsOf } from "./secrets.ts";

/** Promise 2: network bytes never share a memory with a private key. */

const authority = Authority.root();
const pairs: Record<string, Credentials> = Object.fromEntries(
  (["P-256", "RSA-2048"] satisfies KeyKind[]).map((kind) => [kind, authority.issue({ kind })]),
);
const kinds = Object.keys(pairs);

function pairOf(kind: string): Credentials {
  return pairs[kind] as Credentials;
}

/** It has seen its certificate, without which an RSA key does not sign for TLS 1.3. */
function keyIn(keeper: Keeper, { keyFile, certFile }: Credentials): PrivateKey {
  const key = loadKey(readFileSync(keyFile), keeper);
  key.match(derCertificate(certFile));
  // The certificate, which is no secret, is not what is looked for in the mailbox.
  mailboxOf(keeper).fill(0);
  return key;
}

describe("after a handshake in one process", () => {
  const handshakes: [string, string, ConnectionOptions][] = [
    ["P-256", "a signature", {}],
    ["RSA-2048", "a signature", {}],
    ["P-256", "a signature of TLS 1.2", { maxVersion: "TLSv1.2" }],
    ["RSA-2048", "a signature of TLS 1.2", { maxVersion: "TLSv1.2" }],
    ["RSA-2048", "a decryption", { maxVersion: "TLSv1.2", ciphers: "AES128-SHA256" }],
  ];

  test.each(handshakes)(
    "with %s and %s, nothing of the key is in the engine",
    async (...[kind, , client]) => {
      const keeper = newKeeper();
      const key = keyIn(keeper, pairOf(kind));
      const engine = newServer(pairOf(kind), { key, profile: "compat" });
      await Rig.established({ engine, client: { rejectUnauthorized: false, ...client } });
      const search = new Search(secretsOf(pairOf(kind)));
      expect(search.count(memoryOf(engine))).toBe(0);
      // The same search finds the key where it is.
      expect(search.count(memoryOf(keeper))).toBeGreaterThan(0);
      expect(isBlank(mailboxOf(keeper))).toBe(true);
    },
  );
});

/** A process that has read its keys and waits for a client to say something. */
async function waitingFor(credentials: Credentials, search: Search): Promise<Mapping[]> {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await connectRaw(listener.port);
  const { pid } = await listener.tunnel();
  await eventually("the key is in the process", () => mappingsWith(pid, search).length > 0);
  const found = mappingsWith(pid, search);
  client.destroy();
  return found;
}

/** A process whose program has answered already. */
async function servedBy(credentials: Credentials): Promise<{ pid: number; client: TLSSocket }> {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await connect({ port: listener.port, authority });
  client.write("answer me\n");
  await receiveUntil(client, "answer me\n");
  const { pid } = await listener.tunnel();
  return { pid, client };
}

function mappingsWith(pid: number, search: Search): Mapping[] {
  const found: Mapping[] = [];
  for (const mapping of mappingsOf(pid)) {
    if (search.count(mapping.content) > 0) found.push(mapping);
  }
  return found;
}

function describeAll(mappings: readonly Mapping[]): string[] {
  return mappings.map(({ from, to, permissions, name }) =>
    `${from.toString(16)}-${to.toString(16)} ${permissions} ${name}`.trim(),
  );
}

/** Text that only the keeper has a use for, among its constants. */
const IN_KEEPER = "Proc-Type: 4,ENCRYPTED";
const MAX_KEEPER = 16 * 65536;

test.each(kinds)(
  "a client's key of %s signs, and nothing of it is in the client's engine",
  (kind) => {
    const keeper = newKeeper();
    const { certFile } = pairOf(kind);
    const key = keyIn(keeper, pairOf(kind));
    const anchors = readCertificates(authority.certFile);
    const verification = { anchors, now: Date.now() };
    const identity = { key, chain: readCertificates(certFile) };
    const client = newClient({ server: verification, identity });
    const server = newServer(pairOf("P-256"), { clients: { ...verification, mandatory: true } });
    for (let turns = 0; turns < 3; turns++) {
      feed(server, "recvrec", drain(client, "sendrec"));
      feed(client, "recvrec", drain(server, "sendrec"));
    }
    expect(client.established && server.established).toBe(true);
    const search = new Search(secretsOf(pairOf(kind)));
    expect(search.count(memoryOf(client))).toBe(0);
    expect(search.count(memoryOf(keeper))).toBeGreaterThan(0);
    expect(isBlank(mailboxOf(keeper))).toBe(true);
  },
);

describe.each(kinds)("a real s6-tlsd with a key of %s", NEEDS_PROCESSOR, (kind) => {
  const search = new Search(secretsOf(pairOf(kind)));

  test("has it in one place only before the handshake: the keeper's memory", async () => {
    const [home, ...others] = await waitingFor(pairOf(kind), search);
    expect(describeAll(others)).toEqual([]);
    expect(home).toMatchObject({ permissions: "rw-p", name: "" });
    expect(home?.content.includes(IN_KEEPER)).toBe(true);
    expect(home?.content.length).toBeLessThan(MAX_KEEPER);
  });

  test("has it nowhere once the program runs", async () => {
    const { pid, client } = await servedBy(pairOf(kind));
    expect(describeAll(mappingsWith(pid, search))).toEqual([]);
    client.destroy();
  });

  test("has no copy of it when key and certificate stand in one file", async () => {
    const { keyFile, certFile, key } = pairOf(kind);
    const both = scratchFile("both.pem", readFileSync(keyFile, "utf8") + readFileSync(certFile));
    const credentials = { keyFile: both, certFile: both, key };
    expect(describeAll(await waitingFor(credentials, search))).toHaveLength(1);
    const { pid, client } = await servedBy(credentials);
    expect(describeAll(mappingsWith(pid, search))).toEqual([]);
    client.destroy();
  });
});

describe.each(kinds)("a real s6-tlsc with a key of %s", NEEDS_PROCESSOR, (kind) => {
  const search = new Search(secretsOf(pairOf(kind)));

  test("has it in one place only before the handshake: the keeper's memory", async () => {
    const { port, socket } = await nextConnection();
    const client = await call({ ...callOf(kind), port });
    // The ClientHello: everything is read.
    await once(await socket, "readable");
    const [home, ...others] = mappingsWith(client.pid, search);
    expect(describeAll(others)).toEqual([]);
    expect(home).toMatchObject({ permissions: "rw-p", name: "" });
    expect(home?.content.includes(IN_KEEPER)).toBe(true);
    expect(home?.content.length).toBeLessThan(MAX_KEEPER);
  });

  test("has it nowhere once the program runs", async () => {
    const { port, running } = await opensslServer(pairOf("P-256"), ["-Verify", "1"]);
    const prog = ["sh", "-c", "echo ready; cat <&6"];
    const client = await call({ ...callOf(kind), port, prog });
    await eventually("the program", () => client.stdout === "ready\n");
    expect(running.stdout).toContain("CN = server.test");
    expect(describeAll(mappingsWith(client.pid, search))).toEqual([]);
  });
});

/** What a client shows that asks for the certificate. */
function callOf(kind: string) {
  return { authority, credentials: pairOf(kind), options: ["-y"] };
}

describe("a file that comes through a pipe", NEEDS_PROCESSOR, () => {
  test("leaves no copy of the key that stands next to the certificate", async () => {
    const { keyFile, certFile, key } = pairOf("RSA-2048");
    const both = scratchFile("both.pem", readFileSync(keyFile, "utf8") + readFileSync(certFile));
    const fifo = scratchFile("fifo");
    execFileSync("mkfifo", [fifo]);
    const writer = start(["sh", "-c", 'cat "$1" >"$2"', "sh", both, fifo]);
    const { pid, client } = await servedBy({ keyFile, certFile: fifo, key });
    await writer.ended;
    const search = new Search(secretsOf(pairOf("RSA-2048")));
    expect(describeAll(mappingsWith(pid, search))).toEqual([]);
    client.destroy();
  });
});

describe("the search", () => {
  const { key, certFile } = pairOf("RSA-2048");
  const search = new Search(secretsOf(pairOf("RSA-2048")));

  test("finds the key in each form that a program could have it in", () => {
    const pem = key.export({ type: "pkcs8", format: "pem" }) as string;
    const der = key.export({ type: "pkcs1", format: "der" });
    expect(search.count(Buffer.from(pem))).toBeGreaterThan(50);
    expect(search.count(der)).toBeGreaterThan(50);
    expect(search.count(Buffer.from(der).reverse())).toBeGreaterThan(50);
    expect(search.count(Buffer.concat([Buffer.alloc(1001), der]))).toBeGreaterThan(50);
  });

  test("finds a part of it, and nothing in what is public", () => {
    const der = key.export({ type: "pkcs1", format: "der" });
    expect(search.count(der.subarray(700, 750))).toBeGreaterThan(0);
    for (const certificate of readCertificates(certFile)) expect(search.count(certificate)).toBe(0);
  });

  test("reads a whole process, this one included", async () => {
    const sleeper = start(["sleep", "60"]);
    await once(sleeper.child, "spawn");
    const names = [...mappingsOf(sleeper.pid)].map(({ name }) => name);
    expect(names).toContain("[stack]");
  });
});

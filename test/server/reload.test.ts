/**
 * USR2: all files are read again. If all are good, the next client gets the new ones; if one is
 * bad, nothing changes and the log says why. Connections that are open keep what they have.
 */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority, type Credentials, derCertificate } from "../support/certificates.ts";
import { ClientAuthority, type ClientCredentials } from "../support/client-authority.ts";
import { connect, connectRaw, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { payload, sha256 } from "../support/payload.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Server, type Serving, startServer } from "../support/server.ts";

const authority = Authority.root();
const [first, second] = [authority.issue(), authority.issue({ kind: "RSA-2048" })];

/** Files that a test may overwrite, with a pair in them. */
function place({ keyFile, certFile, key }: Credentials): Credentials {
  const files = { keyFile: scratchFile("key"), certFile: scratchFile("cert"), key };
  copyFileSync(keyFile, files.keyFile);
  copyFileSync(certFile, files.certFile);
  return files;
}

function replace(files: Credentials, { keyFile, certFile }: Credentials): void {
  copyFileSync(keyFile, files.keyFile);
  copyFileSync(certFile, files.certFile);
}

function serving(credentials: Credentials, more: Partial<Serving> = {}): Promise<Server> {
  const options = ["--workers", "2", "-v", ...(more.options ?? [])];
  return startServer({ authority, credentials, ...more, options });
}

/** Who answers, on as many connections as reach every worker. */
async function answering(server: Server): Promise<Set<string>> {
  const clients = await Promise.all(Array.from({ length: 4 }, () => connect(server)));
  const names = clients.map((client) => nameOf(client.getPeerCertificate().raw));
  for (const client of clients) client.destroy();
  return new Set(names);
}

function nameOf(certificate: Buffer): string {
  if (certificate.equals(derCertificate(first.certFile))) return "first";
  return certificate.equals(derCertificate(second.certFile)) ? "second" : "somebody else";
}

it("good files are in use at once, and an open connection goes on", async () => {
  const files = place(first);
  const server = await serving(files);
  const before = await connect(server);
  const { workers } = server;
  expect(await answering(server)).toEqual(new Set(["first"]));
  replace(files, second);
  expect(await answering(server)).toEqual(new Set(["first"]));
  server.signal("SIGUSR2");
  await server.logged("info: read all keys and certificates again");
  expect(await answering(server)).toEqual(new Set(["second"]));
  expect(await exchange(before, "from before")).toBe("from before");
  expect(server.workers).toEqual(workers);
});

it("a handshake that has begun ends with the pair that it began with", async () => {
  const files = place(first);
  const server = await serving(files);
  const socket = await connectRaw(server.port);
  await server.logged("1 open");
  replace(files, second);
  server.signal("SIGUSR2");
  await server.logged("read all keys and certificates again");
  const client = await connect(server, { socket });
  expect(nameOf(client.getPeerCertificate().raw)).toBe("first");
  expect(await exchange(client, "as before")).toBe("as before");
});

it.each([
  ["a key that is gone", (files: Credentials) => rmSync(files.keyFile), "No such file"],
  [
    "half of a new pair",
    (files: Credentials) => copyFileSync(second.certFile, files.certFile),
    "unable to use private key",
  ],
  [
    "a certificate that is none",
    (files: Credentials) => writeFileSync(files.certFile, "no PEM"),
    "unable to read certificate",
  ],
])("with %s, the old pair stays in use, and the log says why", async (_, spoil, reason) => {
  const files = place(first);
  const server = await serving(files);
  spoil(files);
  server.signal("SIGUSR2");
  const [line] = await server.logged("keeping the old keys and certificates");
  expect(line).toContain(reason);
  expect(await answering(server)).toEqual(new Set(["first"]));
  replace(files, second);
  server.signal("SIGUSR2");
  await server.logged("read all keys and certificates again");
  expect(await answering(server)).toEqual(new Set(["second"]));
});

it("a bad pair for one server name leaves them all as they were", async () => {
  const other = place(authority.issue({ name: "other.test" }));
  const files = place(first);
  const environment = {
    "KEYFILE:other.test": other.keyFile,
    "CERTFILE:other.test": other.certFile,
  };
  const server = await serving(files, { environment, options: ["-k1"] });
  replace(files, second);
  rmSync(other.keyFile);
  server.signal("SIGUSR2");
  await server.logged("keeping the old keys and certificates: server name other.test: ");
  expect(await answering(server)).toEqual(new Set(["first"]));
});

it("reloads one right after the other tell what each of them found", async () => {
  const files = place(first);
  const server = await serving(files, { options: ["--workers", "3"] });
  rmSync(files.keyFile);
  for (let turn = 1; turn <= 5; turn++) {
    server.signal("SIGUSR2");
    await server.logged("keeping the old", turn);
  }
  replace(files, second);
  server.signal("SIGUSR2");
  await eventually("an answer", () => server.saying(/keeping|read all/).length === 6);
  expect(server.saying("read all keys and certificates again")).toHaveLength(1);
});

it("the CAs of clients are read again, too", async () => {
  const [old, renewed] = [ClientAuthority.root(), ClientAuthority.root()];
  const CAFILE = scratchFile("cas");
  copyFileSync(old.certFile, CAFILE);
  const server = await serving(place(first), { environment: { CAFILE }, options: ["-y"] });
  const taken = async (client: ClientCredentials) => {
    const cert = readFileSync(client.certFile);
    const socket = await connect(server, { cert, key: readFileSync(client.keyFile) });
    return exchange(socket, "me");
  };
  const [before, after] = [old.issue(), renewed.issue()];
  expect(await taken(before)).toBe("me");
  await expect(taken(after)).rejects.toThrow();
  copyFileSync(renewed.certFile, CAFILE);
  server.signal("SIGUSR2");
  await server.logged("read all keys and certificates again");
  expect(await taken(after)).toBe("me");
  await expect(taken(before)).rejects.toThrow();
});

it("under load, no byte of any reply is lost", async () => {
  const reply = payload("a reply", 300_000);
  const file = scratchFile("reply", reply);
  const files = place(first);
  const prog = ["sh", "-c", 'read -r _; sleep 0.1; cat "$0"', file];
  const server = await serving(files, { prog, options: ["-c", "100", "-C", "100"] });
  let finished = false;
  const reloading = (async () => {
    for (let turn = 0; !finished; turn++) {
      replace(files, turn % 2 === 0 ? second : first);
      server.signal("SIGUSR2");
      // No worker may be reading the files when they are overwritten the next time.
      await server.logged("read all keys", turn + 1);
      await sleep(60);
    }
  })();
  const digests: string[] = [];
  const visitor = async () => {
    for (let turn = 0; turn < 8; turn++) {
      const client = await connect(server);
      client.write("please\n");
      digests.push(sha256(await everything(client)));
    }
  };
  await Promise.all(Array.from({ length: 4 }, visitor));
  finished = true;
  await reloading;
  expect(digests).toHaveLength(32);
  expect(new Set(digests)).toEqual(new Set([sha256(reply)]));
  expect(server.saying("read all keys").length).toBeGreaterThan(3);
  expect(server.saying("keeping the old")).toEqual([]);
});

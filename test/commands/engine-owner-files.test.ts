/**
 * What only root may read is read before the engine's privileges go, and nothing is left behind in
 * the temporary folder.
 */

import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority, type Credentials } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY, identitiesOf, NOBODY, NODES } from "../support/privileges.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, namedEnvironment, program, serve } from "../support/service.ts";
import { startSocat, startTcpserver } from "../support/super-servers.ts";

const authority = Authority.root();
const vault = scratchFile("vault");
mkdirSync(vault, { mode: 0o700 });

/** The file where only root comes, for root alone. */
function locked(file: string): string {
  const path = join(vault, `${readdirSync(vault).length}.pem`);
  copyFileSync(file, path);
  chmodSync(path, 0o600);
  return path;
}

function lockedPair({ keyFile, certFile, key }: Credentials): Credentials {
  return { keyFile: locked(keyFile), certFile: locked(certFile), key };
}

const credentials = lockedPair(authority.issue());
const named = lockedPair(authority.issue({ name: "*.example.com", kind: "RSA-2048" }));
const visitor = authority.issue({ name: "a visitor" });
const environment = { ...credentialsEnvironment(credentials), ...AS_NOBODY };

describe.each(NODES)("with %s", NEEDS_ROOT, (_, node) => {
  it("behind tcpserver, the default pair and a pair for a name are root's", async () => {
    const { port, running } = await startTcpserver([node, program("s6-tlsd"), "-k1", "cat"], {
      ...environment,
      ...namedEnvironment({ "*.example.com": named }),
    });
    const client = await connect({ port, authority });
    expect(await exchange(client, "to the default")).toBe("to the default");
    const other = await connect({ port, authority }, { servername: "www.example.com" });
    expect(other.getPeerCertificate().subject.CN).toBe("*.example.com");
    expect(await exchange(other, "to the name")).toBe("to the name");
    expect(running.stderr).toBe("");
  });

  it("behind socat, the CAs' file is root's, and prog is told who the client is", async () => {
    const socat = await startSocat(
      `SYSTEM:exec ${node} ${program("s6-tlsd")} -S -y printenv SSL_PEER_CERT_SUBJECT`,
      { ...environment, CAFILE: locked(authority.certFile) },
    );
    const client = await connect(
      { port: socat.port, authority },
      { key: readFileSync(visitor.keyFile), cert: readFileSync(visitor.certFile) },
    );
    expect((await everything(client)).toString()).toBe("O=Bearhug, CN=a visitor\n");
  });

  it("a pair that is wrong is 96, in the words that it always has", async () => {
    const listener = await serve({
      environment: { ...environment, CERTFILE: named.certFile },
      through: [node],
      prog: ["cat"],
    });
    const client = connect({ port: listener.port, authority });
    await expect(client).rejects.toThrow();
    const tunnel = await listener.tunnel();
    const ended = await tunnel.ended;
    expect(ended).toMatchObject({ code: 96 });
    expect(ended.stderr).toMatch(/^s6-tlsd-io: fatal: unable to use private key in [^\n]+\n$/);
  });

  it("nothing is left in the temporary folder, and nothing is in it while prog runs", async () => {
    const folder = scratchFile("temporary");
    mkdirSync(folder);
    const listener = await serve({
      environment: { ...environment, TMPDIR: folder },
      through: [node],
      prog: ["cat"],
    });
    const client = await connect({ port: listener.port, authority });
    expect(readdirSync(folder)).toEqual([]);
    expect(await exchange(client, "hello")).toBe("hello");
    const tunnel = await listener.tunnel();
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(["/no/folder", "/sys", "/proc/self"])(
    "with a temporary folder that can't be written to, %s, pipes are made in memory",
    async (TMPDIR) => {
      const before = readdirSync("/dev/shm");
      const listener = await serve({
        environment: { ...environment, TMPDIR },
        through: [node],
        prog: ["cat"],
      });
      const client = await connect({ port: listener.port, authority });
      expect(await exchange(client, "hello")).toBe("hello");
      const tunnel = await listener.tunnel();
      expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
      expect(readdirSync("/dev/shm")).toEqual(before);
    },
  );

  it("where no folder can be written to there are no pipes, and that is said", async () => {
    const hidden = "for f in /dev/shm /run; do mount -o ro -t tmpfs none $f; done";
    const listener = await serve({
      environment: { ...environment, TMPDIR: "/no/folder" },
      through: ["unshare", "-m", "sh", "-c", `${hidden}; exec "$@"`, "sh", node],
      prog: ["cat"],
    });
    await expect(connect({ port: listener.port, authority })).rejects.toThrow();
    const tunnel = await listener.tunnel();
    const ended = await tunnel.ended;
    expect(ended).toMatchObject({ code: 111 });
    expect(ended.stderr).toMatch(/^s6-tlsd: fatal: unable to make pipes: [^\n]+\n$/);
  });

  it("s6-tlsd-io on its own drops its privileges as well", async () => {
    const listener = await serve({
      environment,
      program: "s6-tlsd-io",
      through: [node],
      prog: ["3", "4"],
      pipes: 2,
    });
    const client = await connect({ port: listener.port, authority });
    const tunnel = await listener.tunnel();
    const heard = everything(tunnel.descriptor(4));
    const ids = Array<number>(4).fill(NOBODY);
    const tasks = identitiesOf(tunnel.pid);
    expect(tasks).toEqual(tasks.map(() => ({ uids: ids, gids: ids, groups: [] })));
    client.end("hello");
    expect((await heard).toString()).toBe("hello");
    const answer = everything(client);
    tunnel.descriptor(3).end("goodbye");
    expect((await answer).toString()).toBe("goodbye");
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

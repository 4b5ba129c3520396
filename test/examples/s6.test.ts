/**
 * The example of a service for s6 does what s6 expects of one: it is ready when it says so, comes
 * back after a restart, takes new certificates on USR2, ends on TERM, keeps a log, and stays down
 * when another try would be in vain.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { Authority, type Credentials } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { run, start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";

const example = join(import.meta.dirname, "../../examples/s6/https");
const authority = Authority.root();

let end = async () => {};
afterEach(() => end());

/** s6-svscan with the service, whose files are those of the credentials. */
async function supervised(credentials: Credentials) {
  const scan = scratchFile("service");
  const service = join(scan, "https");
  mkdirSync(scan);
  cpSync(example, service, { recursive: true });
  const keyFile = scratchFile("key.pem");
  const certFile = scratchFile("cert.pem");
  const replace = (next: Credentials) => {
    copyFileSync(next.keyFile, keyFile);
    copyFileSync(next.certFile, certFile);
  };
  replace(credentials);
  const port = await freePort();
  const environment = {
    PATH: `${dirname(program("s6-tlsserver"))}:${process.env["PATH"]}`,
    KEYFILE: keyFile,
    CERTFILE: certFile,
    IP: "127.0.0.1",
    PORT: `${port}`,
  };
  const svscan = start(["s6-svscan", scan], { environment });
  end = async () => {
    await run(["s6-svscanctl", "-t", scan]);
    await svscan.ended;
  };
  // Its status comes after its FIFO, and s6-svwait asks for both.
  await eventually("s6-supervise", () => existsSync(join(service, "supervise/status")));
  return {
    port,
    keyFile,
    replace,
    log: () => readFileSync(join(service, "log/main/current"), "utf8"),
    /** A command of s6 about the service; what it printed. */
    s6: async (...words: string[]) => {
      const { code, stdout, stderr } = await run([...words, service]);
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
      return stdout;
    },
    answer: async () => {
      const client = await connect({ port, authority });
      return exchange(client, "GET / HTTP/1.0\r\n\r\n");
    },
    serial: async () => {
      const client = await connect({ port, authority });
      const { serialNumber } = client.getPeerCertificate();
      client.destroy();
      return serialNumber;
    },
  };
}

it("it is ready when it says so, and after a restart", async () => {
  const { s6, answer } = await supervised(authority.issue());
  await s6("s6-svwait", "-U", "-t", "15000");
  expect(await answer()).toContain("It works, over TLSv1.3.");
  await s6("s6-svc", "-wR", "-T", "15000", "-r");
  expect(await answer()).toContain("It works, over TLSv1.3.");
});

it("USR2 brings new certificates, without a restart", async () => {
  const { s6, replace, serial } = await supervised(authority.issue());
  await s6("s6-svwait", "-U", "-t", "15000");
  const pid = await s6("s6-svstat", "-o", "pid");
  const before = await serial();
  replace(authority.issue());
  await s6("s6-svc", "-2");
  const deadline = Date.now() + 10_000;
  while ((await serial()) === before) expect(Date.now()).toBeLessThan(deadline);
  expect(await s6("s6-svstat", "-o", "pid")).toBe(pid);
});

it("it ends when it is told to, and says nothing of it", async () => {
  const { s6, log } = await supervised(authority.issue());
  await s6("s6-svwait", "-U", "-t", "15000");
  await s6("s6-svc", "-wD", "-T", "15000", "-d");
  expect(await s6("s6-svstat", "-o", "exitcode,wantedup")).toBe("0 false\n");
  expect(log()).toBe("");
});

it("without its key it stays down, and the log says why", async () => {
  const { s6, log, keyFile } = await supervised(authority.issue());
  await s6("s6-svwait", "-U", "-t", "15000");
  rmSync(keyFile);
  await s6("s6-svc", "-r");
  await eventually("the log", () => log().includes("\n"));
  await s6("s6-svwait", "-D", "-t", "15000");
  expect(log()).toMatch(
    /^@[0-9a-f]{24} s6-tlsserver: fatal: [^\n]*key\.pem: No such file or directory\n$/,
  );
  expect(await s6("s6-svstat", "-o", "exitcode,up")).toBe("96 false\n");
});

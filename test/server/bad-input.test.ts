/**
 * What is wrong with how it was started ends the server with one line and the right code, and
 * nothing ever listened.
 */

import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { freePort } from "../support/ports.ts";
import type { Ended } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { runServer, type Serving } from "../support/server.ts";
import { asUnprivilegedUser, publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

interface Refusal {
  code: number;
  /** What the line says. */
  says: string | RegExp;
}

/** Runs it on a port of its own, where it then does not listen, nor was one ever announced. */
async function refused(serving: Partial<Serving>, { code, says }: Refusal): Promise<Ended> {
  const port = await freePort();
  const ended = await runServer({ credentials, port: `${port}`, ...serving });
  expect(ended.stderr).toMatch(/^s6-tlsserver: (fatal|usage): [^\n]+\n$/);
  expect(ended.stderr).toMatch(says);
  expect(ended).toMatchObject({ code, signal: null, stdout: "" });
  await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
  return ended;
}

describe("100, for the command line", () => {
  it.each([
    ["-c 0", "-c: must be at least 1"],
    ["-C 0", "-C: must be at least 1"],
    ["--workers 0", "--workers: must be at least 1"],
    ["-C 41", "-C 41 allows more than -c 40"],
    ["-c 5 -C 6", "-C 6 allows more than -c 5"],
    ["-c many", "-c"],
    ["-b -1", "-b"],
    ["--grace soon", "--grace"],
    ["--idle-timeout 1.5", "--idle-timeout"],
    ["--log-format xml", "neither text nor json"],
    ["-u nobody-here", "-u: no user nobody-here in /etc/passwd"],
    ["-G 1,,2", "-G"],
    ["--tls-profile ancient", "ancient"],
  ])("%s", async (line, says) => {
    await refused({ options: words(line) }, { code: 100, says });
  });

  it.each([
    ["no address", "localhost", "not an IP address: localhost"],
    ["a part of an address", "127.0.0", "not an IP address: 127.0.0"],
    ["an address and more", "127.0.0.1:443", "not an IP address"],
  ])("%s", async (_, ip, says) => {
    await refused({ ip }, { code: 100, says });
  });

  it.each([
    ["65536", "not a port: 65536"],
    ["no-such-service", "unknown service: no-such-service"],
    ["-1", "unknown service: -1"],
    ["", "unknown service"],
  ])("port %j", async (port, says) => {
    const ended = await runServer({ credentials, options: ["--"], port });
    expect(ended).toMatchObject({ code: 100, stdout: "", stderr: expect.stringContaining(says) });
  });

  it("no prog", async () => {
    await refused({ prog: [] }, { code: 100, says: "ip, port and prog are needed" });
  });
});

/** Each stands for itself: an option that was ignored would leave its user without protection. */
describe("what the original's options are given and can't use is refused by name", () => {
  it.each([
    ["-t soon", "not an unsigned integer: soon"],
    ["-L --proxy-from=10.0.0.0/33", "neither an IP address nor a network: 10.0.0.0/33"],
    ["-L --proxy-from=10.0.0.1/8", "neither an IP address nor a network: 10.0.0.1/8"],
    ["-L --proxy-from=", "neither an IP address nor a network"],
    ["--proxy-from=10.0.0.1", "--proxy-from needs -L"],
    ["-v99", "unknown option -9"],
  ])("%s", async (line, says) => {
    await refused({ options: words(line) }, { code: 100, says });
  });
});

describe("100, for the environment", () => {
  it.each(["KEYFILE", "CERTFILE"])("without %s", async (says) => {
    const { keyFile, certFile } = credentials;
    const given = says === "KEYFILE" ? { certFile } : { keyFile };
    await refused({ credentials: given }, { code: 100, says });
  });

  it("TLS_GID without TLS_UID", async () => {
    await refused({ environment: { TLS_GID: "65534" } }, { code: 100, says: "TLS_UID" });
  });

  it.each([
    ["-U without UID", {}, "UID"],
    ["-U without GID", { UID: "65534" }, "GID"],
    ["a UID that is no name", { UID: "nobody-here", GID: "65534" }, "UID"],
    ["a GIDLIST with a hole", { UID: "65534", GID: "65534", GIDLIST: "1,,2" }, "GIDLIST"],
  ])("%s", async (_, environment: Record<string, string>, says) => {
    await refused({ options: ["-U"], environment }, { code: 100, says });
  });

  it("-y without CADIR or CAFILE", async () => {
    await refused({ options: ["-y"] }, { code: 100, says: "CAFILE" });
  });
});

describe("96, for credentials", () => {
  const garbage = scratchFile("garbage.pem", "no PEM at all\n");
  const other = authority.issue();

  it.each([
    ["a key file that isn't there", { keyFile: "/no/such/key" }, "/no/such/key: No such file"],
    ["a certificate that isn't there", { certFile: "/no/such/cert" }, "/no/such/cert: No such"],
    ["a key file with no key", { keyFile: garbage }, garbage],
    ["a certificate file with no certificate", { certFile: garbage }, garbage],
    ["a folder", { keyFile: scratch }, scratch],
    ["a key and a certificate for another one", { certFile: other.certFile }, other.certFile],
  ])("%s", async (_, wrong, says) => {
    await refused({ credentials: { ...credentials, ...wrong } }, { code: 96, says });
  });

  it("the same with one worker as with three: one line", async () => {
    for (const count of ["1", "3"]) {
      const options = ["--workers", count];
      const serving = { options, credentials: { ...credentials, keyFile: garbage } };
      await refused(serving, { code: 96, says: garbage });
    }
  });

  it("no trust anchor in CAFILE", async () => {
    const environment = { CAFILE: garbage };
    await refused({ options: ["-Y"], environment }, { code: 96, says: garbage });
  });
});

describe("111, for the system", () => {
  it("a port in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const ended = await runServer({ credentials, port: `${port}` });
    other.close();
    expect(ended).toMatchObject({
      ...{ code: 111, stdout: "" },
      stderr: `s6-tlsserver: fatal: unable to listen on 127.0.0.1 port ${port}: Address already in use\n`,
    });
  });

  it("a --listen-fd that is not open", async () => {
    await refused({ options: ["--listen-fd", "77"] }, { code: 111, says: "descriptor 77" });
  });

  it("an address that is not ours", async () => {
    const says = /unable to listen on 192\.0\.2\.1 port [0-9]+: Address not available/;
    await refused({ ip: "192.0.2.1" }, { code: 111, says });
  });

  it("a port below 1024, without root", NEEDS_ROOT, async () => {
    const ended = await runServer({ ...servingWithoutRights(), port: "443" });
    expect(ended).toMatchObject({
      ...{ code: 111, stdout: "" },
      stderr: "s6-tlsserver: fatal: unable to listen on 127.0.0.1 port 443: Permission denied\n",
    });
  });

  it.each(["-u 12345", "-g 12345", "-G 12345", "-u 65534 -G 12345"])(
    "%s, without root",
    NEEDS_ROOT,
    async (line) => {
      const ended = await runServer({ ...servingWithoutRights(), options: words(line) });
      expect(ended).toMatchObject({
        ...{ code: 111, stdout: "" },
        stderr: "s6-tlsserver: fatal: unable to drop privileges: Operation not permitted\n",
      });
    },
  );
});

function servingWithoutRights(): Partial<Serving> {
  return { credentials, runner: asUnprivilegedUser, executable: publicProgram("s6-tlsserver") };
}

/**
 * After -t seconds s6-tlsclient gives up, and after those of -T tries the next address.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { NEEDS_HOSTS, withHosts } from "../support/hosts.ts";
import { NEEDS_RESOLVER, startSilentNameServer, withResolver } from "../support/name-server.ts";
import { startServer } from "../support/server.ts";
import { silentPort } from "../support/silent-port.ts";
import { runClient } from "../support/tls-client-program.ts";

const authority = Authority.root();

it("-t: 111, and one line, however long the rounds are", async () => {
  const port = await silentPort();
  const started = Date.now();
  const options = ["-k", "server.test", "-t", "1", "-T", "20+20"];
  expect(await runClient({ authority, port, options })).toEqual({
    code: 111,
    signal: null,
    stdout: "",
    stderr: `s6-tlsclient: fatal: unable to connect to 127.0.0.1 port ${port}: no answer within 1 seconds\n`,
  });
  const passed = Date.now() - started;
  expect(passed).toBeGreaterThanOrEqual(1000);
  expect(passed).toBeLessThan(5000);
});

describe("with a name server that never answers", NEEDS_RESOLVER, () => {
  it("-t: 111, and one line; the look-up keeps the process no longer", async () => {
    const dns = await startSilentNameServer();
    const runner = withResolver([`nameserver ${dns.address}`, "options timeout:9 attempts:2"]);
    const started = Date.now();
    const call = { authority, runner, host: "www.homes.test", port: 443, options: ["-t", "1"] };
    expect(await runClient(call)).toEqual({
      code: 111,
      signal: null,
      stdout: "",
      stderr:
        "s6-tlsclient: fatal: unable to connect to www.homes.test port 443: no answer within 1 seconds\n",
    });
    const passed = Date.now() - started;
    expect(passed).toBeGreaterThanOrEqual(1000);
    expect(passed).toBeLessThan(6000);
    expect(dns.log()).toContain("www homes test");
  });

  it("without -t: as long as resolv.conf says", async () => {
    const dns = await startSilentNameServer();
    const runner = withResolver([`nameserver ${dns.address}`, "options timeout:1 attempts:1"]);
    const started = Date.now();
    const call = { authority, runner, host: "www.homes.test.", port: 443 };
    expect(await runClient(call)).toMatchObject({
      code: 111,
      stderr:
        "s6-tlsclient: fatal: unable to connect to www.homes.test. port 443: the name servers don't answer\n",
    });
    expect(Date.now() - started).toBeLessThan(6000);
    // For either family, once.
    expect(dns.log().trim().split("\n")).toHaveLength(2);
  });
});

it("-t: more than a timer can count is as good as for ever", async () => {
  const { port } = await startServer({ authority, credentials: authority.issue(), prog: ["cat"] });
  const options = ["-k", "server.test", "-t", "4294967295"];
  const call = { authority, port, options, prog: ["echo", "ran"] };
  expect(await runClient(call)).toMatchObject({ code: 0, stdout: "ran\n", stderr: "" });
});

it("-T: two rounds that a timer can't count together are as good as for ever", async () => {
  const port = await silentPort();
  const options = ["-k", "server.test", "-t", "2", "-T", "2000000+2000000"];
  const { code, stderr } = await runClient({ authority, port, options });
  expect(stderr).toContain("no answer within 2 seconds\n");
  expect(code).toBe(111);
});

describe("of two addresses", NEEDS_HOSTS, () => {
  it("-T: a silent address leaves time for the others", async () => {
    const port = await silentPort();
    const runner = withHosts("127.0.0.1 homes.test", "127.0.0.3 homes.test");
    const credentials = authority.issue({ name: "homes.test" });
    const prog = ["printenv", "TCPREMOTEIP"];
    await startServer({ authority, credentials, ip: "127.0.0.3", port: `${port}`, prog: ["cat"] });
    const call = { authority, runner, host: "homes.test", port, options: ["-T", "1+20"], prog };
    expect(await runClient(call)).toMatchObject({ code: 0, stdout: "127.0.0.3\n", stderr: "" });
  });
});

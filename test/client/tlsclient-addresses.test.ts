/**
 * s6-tlsclient tries each address of a host in turn, of the family and from the address that it
 * is told.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { NEEDS_HOSTS, withHosts } from "../support/hosts.ts";
import { freePort } from "../support/ports.ts";
import { startServer } from "../support/server.ts";
import { runClient } from "../support/tls-client-program.ts";

const authority = Authority.root();
const credentials = authority.issue({ name: "homes.test" });
const prog = ["sh", "-c", 'echo "$TCPLOCALIP from $TCPREMOTEIP $TCPREMOTEPORT"'];
const ours = { authority, credentials, prog };
const named = ["-k", "homes.test"];

describe("a host with several addresses", NEEDS_HOSTS, () => {
  const runner = withHosts("127.0.0.2 homes.test", "127.0.0.3 homes.test");

  it.each(["127.0.0.2", "127.0.0.3"])("of which %s alone listens", async (ip) => {
    const { port } = await startServer({ ...ours, ip });
    const { code, stdout, stderr } = await runClient({
      authority,
      runner,
      host: "homes.test",
      port,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^${ip} from `));
  });

  it("of which none listens: 111, and one line", async () => {
    const port = await freePort();
    expect(await runClient({ authority, runner, host: "homes.test", port })).toEqual({
      code: 111,
      signal: null,
      stdout: "",
      stderr: `s6-tlsclient: fatal: unable to connect to homes.test port ${port}: Connection refused\n`,
    });
  });

  it("of two families: -4 and -6 choose", async () => {
    const hosts = withHosts("::1 homes.test", "127.0.0.1 homes.test");
    const call = { authority, runner: hosts, host: "homes.test" };
    const { port } = await startServer({ ...ours, ip: "127.0.0.1" });
    expect((await runClient({ ...call, port })).stdout).toContain("127.0.0.1 from");
    expect((await runClient({ ...call, port, options: ["-4"] })).code).toBe(0);
    expect(await runClient({ ...call, port, options: ["-6"] })).toMatchObject({ code: 111 });
  });

  it("which are refused are not tried again where -T has one round only", async () => {
    const port = await freePort();
    const call = { authority, runner, host: "homes.test", port, options: ["-T", "9"] };
    expect(await runClient(call)).toMatchObject({ code: 111 });
  });
});

it("IPv6", async () => {
  const { port } = await startServer({ ...ours, ip: "::1" });
  const call = { authority, port, host: "::1", options: named };
  expect((await runClient(call)).stdout).toMatch(/^::1 from ::1 [0-9]+\n$/);
});

it.each([
  ["-6", "127.0.0.1"],
  ["-4", "::1"],
])("%s does not go to %s", async (option, ip) => {
  const { port } = await startServer({ ...ours, ip });
  const call = { authority, port, host: ip, options: [...named, option] };
  const { code, stdout, stderr } = await runClient(call);
  expect({ code, stdout }).toEqual({ code: 111, stdout: "" });
  expect(stderr).toMatch(/^s6-tlsclient: fatal: unable to connect to [^\n]+\n$/);
});

it("-i and -p choose where it comes from", async () => {
  const { port } = await startServer(ours);
  const local = await freePort();
  const call = { authority, port, options: [...named, "-i", "127.0.0.9", "-p", `${local}`] };
  expect((await runClient(call)).stdout).toBe(`127.0.0.1 from 127.0.0.9 ${local}\n`);
});

it("an address that is not ours to come from: 111", async () => {
  const { port } = await startServer(ours);
  const call = { authority, port, options: [...named, "-i", "192.0.2.1"] };
  expect(await runClient(call)).toMatchObject({ code: 111, stdout: "" });
});

it("a host that there is not: 111, and one line", async () => {
  const { code, stderr } = await runClient({ authority, host: "nobody.invalid", port: 1 });
  expect(code).toBe(111);
  expect(stderr).toMatch(
    /^s6-tlsclient: fatal: unable to connect to nobody\.invalid port 1: [^\n]+\n$/,
  );
});

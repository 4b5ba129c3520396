import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { plainAddress } from "../../src/connection/tcp-variables.ts";
import { listenAddress } from "../../src/server/address.ts";
import { Authority } from "../support/certificates.ts";
import { startServer } from "../support/server.ts";

const EITHER = { ipv4: false, ipv6: false };

describe("where to listen", () => {
  test.each([
    ["127.0.0.1", "443", "127.0.0.1", 443, false],
    ["0", "0", "0.0.0.0", 0, false],
    ["0.0.0.0", "1", "0.0.0.0", 1, false],
    ["::", "65535", "::", 65535, true],
    ["::1", "0443", "::1", 443, true],
    ["fe80::1%eth0", "25", "fe80::1%eth0", 25, true],
  ])("%s and %s", (ip, port, host, number, ipv6Only) => {
    expect(listenAddress({ ip, port }, EITHER)).toEqual({ host, port: number, ipv6Only });
  });

  test("with -4 or -6, an address of that family; with both, :: is for both", () => {
    const given = (ip: string, families: string) =>
      listenAddress(
        { ip, port: "1" },
        { ipv4: families.includes("4"), ipv6: families.includes("6") },
      );
    expect(given("0", "4").host).toBe("0.0.0.0");
    expect(given("::1", "6").host).toBe("::1");
    expect(given("::", "6").ipv6Only).toBe(true);
    expect(given("::", "46").ipv6Only).toBe(false);
    expect(given("127.0.0.1", "46").ipv6Only).toBe(false);
    expect(() => given("::1", "4")).toThrow("not an IPv4 address: ::1");
    expect(() => given("0", "6")).toThrow("not an IPv6 address: 0");
  });

  test.each(["", "00", "1", "localhost", "127.0.0.256", "127.1", "[::1]", "::1:", "0x7f000001"])(
    "%j is no address",
    (ip) => {
      expect(() => listenAddress({ ip: ip, port: "1" }, EITHER)).toThrow(
        `not an IP address: ${ip}`,
      );
    },
  );

  test.each(["65536", "99999999999999999999"])("%s is no port", (port) => {
    expect(() => listenAddress({ ip: "0", port: port }, EITHER)).toThrow(`not a port: ${port}`);
  });

  test.each(["", " 80", "80 ", "-1", "+80", "0x50", "1e3", "tcp", "80/tcp", "#"])(
    "%j is neither a port nor a service",
    (port) => {
      expect(() => listenAddress({ ip: "0", port: port }, EITHER)).toThrow(
        `unknown service: ${port}`,
      );
    },
  );

  test.each([
    ["https", 443],
    ["imaps", 993],
    ["mail", 25],
    ["www", 80],
  ])("the service %s, or its alias, is port %d", (name, port) => {
    expect(listenAddress({ ip: "0", port: name }, EITHER).port).toBe(port);
  });

  test("a server listens on a service's port", async () => {
    const authority = Authority.root();
    const { name, port } = await freeService();
    const server = await startServer({ authority, credentials: authority.issue(), port: name });
    expect(server.port).toBe(port);
  });
});

/** One of those that are known on this machine, and that nobody offers at the moment. */
async function freeService(): Promise<{ name: string; port: number }> {
  const lines = readFileSync("/etc/services", "utf8").split("\n");
  for (const line of lines.reverse()) {
    const [, name = "", port] = /^(\S+)\s+([0-9]{4,})\/tcp/.exec(line) ?? [];
    if (port !== undefined && (await isFree(Number(port)))) return { name, port: Number(port) };
  }
  throw new Error("no service of /etc/services is free");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const free = await once(server, "listening").then(
    () => true,
    () => false,
  );
  server.close();
  return free;
}

describe("who came", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::1", "::1"],
    ["2001:db8::ffff:1", "2001:db8::ffff:1"],
    ["::ffff:c000:201", "::ffff:c000:201"],
  ])("%s is shown as %s", (address, plain) => {
    expect(plainAddress(address)).toBe(plain);
  });
});

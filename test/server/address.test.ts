import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { plainAddress } from "../../src/connection/tcp-variables.ts";
import { listenAddress } from "../../src/server/address.ts";
import { Authority } from "../support/certificates.ts";
import { startServer } from "../support/server.ts";

describe("where to listen", () => {
  test.each([
    ["127.0.0.1", "443", "127.0.0.1", 443],
    ["0", "0", "0.0.0.0", 0],
    ["0.0.0.0", "1", "0.0.0.0", 1],
    ["::", "65535", "::", 65535],
    ["::1", "0443", "::1", 443],
    ["fe80::1%eth0", "25", "fe80::1%eth0", 25],
  ])("%s and %s", (ip, text, host, port) => {
    expect(listenAddress(ip, text)).toEqual({ host, port });
  });

  test.each(["", "00", "1", "localhost", "127.0.0.256", "127.1", "[::1]", "::1:", "0x7f000001"])(
    "%j is no address",
    (ip) => {
      expect(() => listenAddress(ip, "1")).toThrow(`not an IP address: ${ip}`);
    },
  );

  test.each(["65536", "99999999999999999999"])("%s is no port", (port) => {
    expect(() => listenAddress("0", port)).toThrow(`not a port: ${port}`);
  });

  test.each(["", " 80", "80 ", "-1", "+80", "0x50", "1e3", "tcp", "80/tcp", "#"])(
    "%j is neither a port nor a service",
    (port) => {
      expect(() => listenAddress("0", port)).toThrow(`unknown service: ${port}`);
    },
  );

  test.each([
    ["https", 443],
    ["imaps", 993],
    ["mail", 25],
    ["www", 80],
  ])("the service %s, or its alias, is port %d", (name, port) => {
    expect(listenAddress("0", name).port).toBe(port);
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

/** Names that --connect has: looked up for each connection, within its time, and without a thread that waits. */
import { once } from "node:events";
import { type AddressInfo, createServer, connect as dialTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { connect, connectByWire } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import {
  NEEDS_RESOLVER,
  startNameServer,
  startSilentNameServer,
  withResolver,
} from "../support/name-server.ts";
import { freePort } from "../support/ports.ts";
import { everything } from "../support/processes.ts";
import { authority, backend, echo, type Relay, relay, relayServer } from "../support/relays.ts";

const QUICK = ["--unsafe-plain", "--connect-timeout", "1000"];

/** Whether what a client says comes back. */
async function isServed(serving: Relay): Promise<void> {
  const client = await connect(serving);
  client.end("there and back");
  expect(`${await everything(client)}`).toBe("there and back");
}

async function isCutOff(serving: Relay): Promise<void> {
  const client = await connect(serving);
  client.on("error", () => {});
  client.resume();
  await within(8000, "the end", once(client, "close"));
}

/** TERM, and how long it took: milliseconds. */
async function endsAfter({ running }: Relay): Promise<number> {
  const start = performance.now();
  running.signal("SIGTERM");
  expect(await running.ended).toMatchObject({ code: 0 });
  return performance.now() - start;
}

describe("with a name server that never answers", NEEDS_RESOLVER, () => {
  const silent = async () => {
    const dns = await startSilentNameServer();
    return { dns, runner: withResolver([`nameserver ${dns.address}`, "options timeout:9"]) };
  };

  it("bearhug server: an end after --connect-timeout, a line, and TERM ends it at once", async () => {
    const { dns, runner } = await silent();
    const serving = await relayServer([...QUICK, "--connect", "db.homes.test:80"], { runner });
    await isCutOff(serving);
    await serving.logged(
      "unable to connect to db.homes.test:80: no answer within 1000 milliseconds",
    );
    expect(dns.log()).toContain("db homes test");
    expect(await endsAfter(serving)).toBeLessThan(4000);
  });

  it("bearhug client: the same", async () => {
    const { dns, runner } = await silent();
    const words = ["--cacert", authority.certFile, "--connect-timeout", "1000"];
    const options = [...words, "--connect", "www.homes.test:443"];
    const serving = await relay("client", options, { runner });
    const client = dialTcp({ host: "127.0.0.1", port: serving.port });
    client.on("error", () => {});
    await within(8000, "the end", once(client.resume(), "close"));
    await serving.logged(
      "unable to connect to www.homes.test:443: no answer within 1000 milliseconds",
    );
    expect(dns.log()).toContain("www homes test");
    expect(await endsAfter(serving)).toBeLessThan(4000);
  });

  it("the next --connect is tried, for many clients at once", async () => {
    const { runner } = await silent();
    const { port } = await backend(echo);
    const words = [...QUICK, "--connect", "db.homes.test:80", "--connect", `127.0.0.1:${port}`];
    const serving = await relayServer(words, { runner });
    await Promise.all(Array.from({ length: 12 }, () => isServed(serving)));
    await serving.logged(
      "unable to connect to db.homes.test:80: no answer within 1000 milliseconds; trying the next",
    );
  });

  it("a client that resets takes its look-up with it", async () => {
    const { dns, runner } = await silent();
    const words = ["--unsafe-plain", "--connect-timeout", "60000", "--connect"];
    const serving = await relayServer([...words, "db.homes.test:80"], { runner });
    const { client, wire } = await connectByWire(serving);
    client.on("error", () => {});
    await eventually("a question", () => dns.log() !== "");
    wire.reset();
    await serving.logged("1 closed");
    expect(await endsAfter(serving)).toBeLessThan(4000);
  });

  it("localhost is this machine, and is asked for nowhere", async () => {
    const { dns, runner } = await silent();
    const { port } = await backend(echo);
    const serving = await relayServer(["--connect", `localhost:${port}`], { runner });
    await isServed(serving);
    expect(dns.log()).toBe("");
  });
});

describe("with a name server that drops questions about IPv6", NEEDS_RESOLVER, () => {
  const deaf = async () => {
    const dns = await startSilentNameServer("127.0.0.1");
    return withResolver([`nameserver ${dns.address}`, "options timeout:9"]);
  };

  it("the addresses of IPv4 are called", async () => {
    const { port } = await backend(echo);
    const words = ["--unsafe-plain", "--connect-timeout", "5000", "--connect"];
    await isServed(
      await relayServer([...words, `db.homes.test:${port}`], { runner: await deaf() }),
    );
  });

  it("the longest --connect-timeout is long enough", async () => {
    const { port } = await backend(echo);
    const words = ["--unsafe-plain", "--connect-timeout", "4294967295", "--connect"];
    const options = [...words, `db.homes.test:${port}`];
    await isServed(await relayServer(options, { runner: await deaf() }));
  });

  it("they come too late for --connect-timeout: an end, and a line", async () => {
    const words = ["--unsafe-plain", "--connect-timeout", "200", "--connect", "db.homes.test:80"];
    const serving = await relayServer(words, { runner: await deaf() });
    await isCutOff(serving);
    await serving.logged(
      "unable to connect to db.homes.test:80: no answer within 200 milliseconds",
    );
  });
});

describe("localhost is this machine", NEEDS_RESOLVER, () => {
  it.each([
    ["the hosts file", ["192.0.2.1 localhost"]],
    ["the name server", []],
  ])("though %s says that it is another one", async (_, hosts) => {
    const dns = await startNameServer("host-record=localhost,192.0.2.1");
    const runner = withResolver([`nameserver ${dns.address}`], hosts);
    const { port } = await backend(echo);
    const words = ["--connect", `localhost:${port}`, "--listen", "localhost:0"];
    await isServed(await relayServer(words, { runner }));
  });

  it("in IPv6, too, where the backend has no other address", async () => {
    const server = createServer({ allowHalfOpen: true }, echo).listen(0, "::1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await isServed(await relayServer(["--connect", `localhost:${port}`])).finally(() =>
      server.close(),
    );
  });
});

describe("a name", NEEDS_RESOLVER, () => {
  it("of the hosts file, or completed by the search list, or of the name server", async () => {
    const dns = await startNameServer("host-record=db.homes.test,127.0.0.1");
    const lines = [`nameserver ${dns.address}`, "search homes.test"];
    const runner = withResolver(lines, ["127.0.0.1 file.test"]);
    const { port } = await backend(echo);
    for (const host of ["file.test", "db", "db.homes.test", "db.homes.test."]) {
      const words = ["--unsafe-plain", "--connect", `${host}:${port}`];
      await isServed(await relayServer(words, { runner }));
    }
  });

  it("that is not there, or has no address", async () => {
    const dns = await startNameServer("txt-record=empty.test,text");
    const runner = withResolver([`nameserver ${dns.address}`]);
    for (const host of ["none.test", "empty.test"]) {
      const serving = await relayServer([...QUICK, "--connect", `${host}:80`], { runner });
      await isCutOff(serving);
      await serving.logged(`unable to connect to ${host}:80: no such host`);
    }
  });

  it("with several addresses: one that refuses or is silent leaves time for the others", async () => {
    const { port } = await backend(echo);
    // Nothing is at TEST-NET-1: its packets are lost, or the system refuses at once.
    const records = ["127.0.0.9", "192.0.2.1", "127.0.0.1"].map((ip) => `${ip} many.test`);
    const runner = withResolver(["nameserver 127.0.0.1"], records);
    const words = [...QUICK, "--connect", `many.test:${port}`];
    await isServed(await relayServer(words, { runner }));
  });

  it("of which all addresses refuse: the first one's error", async () => {
    const records = ["127.0.0.1 both.test", "::1 both.test"];
    const runner = withResolver(["nameserver 127.0.0.1"], records);
    const port = await freePort();
    const serving = await relayServer([...QUICK, "--connect", `both.test:${port}`], { runner });
    await isCutOff(serving);
    await serving.logged(`unable to connect to both.test:${port}: Connection refused`);
  });

  it("is looked up anew for each connection", async () => {
    const { port } = await backend(echo);
    const dns = await startNameServer("host-record=db.homes.test,127.0.0.1");
    const runner = withResolver([`nameserver ${dns.address}`]);
    const words = ["--unsafe-plain", "--connect", `db.homes.test:${port}`];
    const serving = await relayServer(words, { runner });
    await isServed(serving);
    await isServed(serving);
    expect(dns.log().match(/query\[A\] db\.homes\.test/g)).toHaveLength(2);
  });

  it("is looked up by the user of -u, too", async () => {
    const { port } = await backend(echo);
    const dns = await startNameServer("host-record=db.homes.test,127.0.0.1");
    const runner = withResolver([`nameserver ${dns.address}`], ["127.0.0.1 file.test"]);
    for (const host of ["db.homes.test", "file.test"]) {
      const words = ["--unsafe-plain", "-u", "65534", "-g", "65534"];
      const serving = await relayServer([...words, "--connect", `${host}:${port}`], { runner });
      await isServed(serving);
    }
  });
});

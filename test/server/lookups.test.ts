/**
 * What s6-tlsserver looks up before TLS: names by DNS and the hosts file, users by IDENT with Debian's
 * oidentd; what it does when they are silent or wrong; and the banner.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { NEEDS_RESOLVER, startNameServer, withResolver } from "../support/name-server.ts";
import { everything, start } from "../support/processes.ts";
import { type Server, type Serving, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();
const SHOW = [
  "sh",
  "-c",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
  'echo "${TCPREMOTEHOST-unset} ${TCPLOCALHOST-unset} ${TCPREMOTEINFO-unset}"',
];

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function serverWith(line: string, serving: Partial<Serving> = {}): Promise<Server> {
  return startServer({ authority, credentials, prog: SHOW, options: words(line), ...serving });
}

async function answerTo(server: Server, localAddress = "127.0.0.1"): Promise<string> {
  return `${await everything(await connect(server, { localAddress } as object))}`;
}

/** Milliseconds until the server hangs up on a client that says nothing. */
async function patienceWith(server: Server, localAddress?: string): Promise<number> {
  const began = performance.now();
  const socket = await connectRaw(server.port, localAddress);
  socket.on("error", () => {});
  const over = new Promise((resolve) => socket.once("end", resolve).once("close", resolve));
  socket.resume();
  await within(15_000, "the end of the connection", over);
  return performance.now() - began;
}

it("without an option of access control nothing is looked up", async () => {
  expect(await answerTo(await serverWith("-W -P -R -d"))).toBe("unset unset unset\n");
});

it("-HRl0, as it is written everywhere: no look-up, and TCPLOCALHOST is 0", async () => {
  expect(await answerTo(await serverWith("-HRl0"))).toBe("unset 0 unset\n");
});

describe("with a name server", NEEDS_RESOLVER, () => {
  let runner: string[];
  beforeAll(() => {
    runner = [];
  });

  async function withNames(...hosts: string[]): Promise<void> {
    const dns = await startNameServer(
      "host-record=client.homes.test,127.0.0.2",
      "host-record=server.homes.test,127.0.0.1",
    );
    runner = withResolver([`nameserver ${dns.address}`], hosts);
  }

  it("-e: both names", async () => {
    await withNames();
    const server = await serverWith("-e", { runner });
    expect(await answerTo(server, "127.0.0.2")).toBe("client.homes.test server.homes.test unset\n");
    expect(await answerTo(server, "127.0.0.3")).toBe("unset server.homes.test unset\n");
  });

  it("-D: both names, too, since it is access control's in the original", async () => {
    await withNames();
    const server = await serverWith("-D -d", { runner });
    expect(await answerTo(server, "127.0.0.2")).toBe("client.homes.test server.homes.test unset\n");
  });

  it("-l: ours is told, not looked up", async () => {
    await withNames();
    const server = await serverWith("-l ours", { runner });
    expect(await answerTo(server, "127.0.0.2")).toBe("client.homes.test ours unset\n");
  });

  it("-h: the hosts file first, and -p doesn't doubt it", async () => {
    await withNames("127.0.0.2 hosts.test");
    const server = await serverWith("-h -p", { runner });
    expect(await answerTo(server, "127.0.0.2")).toBe("hosts.test server.homes.test unset\n");
  });
});

/** Some name servers turn the order of addresses with each answer. */
it(
  "-p: any of a name's addresses confirms it, wherever in the answer it is",
  NEEDS_RESOLVER,
  async () => {
    const addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];
    const dns = await startNameServer(
      ...addresses.map((one) => `address=/client.homes.test/${one}`),
      ...["2", "3", "4", "5"].map(
        (one) => `ptr-record=${one}.0.0.127.in-addr.arpa,client.homes.test`,
      ),
    );
    const runner = withResolver([`nameserver ${dns.address}`]);
    const server = await serverWith("-v2 -p -l us", { runner });
    for (const address of [...addresses, ...addresses.reverse(), ...addresses]) {
      expect(await answerTo(server, address)).toBe("client.homes.test us unset\n");
    }
    await patienceWith(server, "127.0.0.5");
    await server.logged("doesn't lead back to it");
  },
);

describe("with a name server that is silent", NEEDS_RESOLVER, () => {
  const silent = async () => {
    const { createSocket } = await import("node:dgram");
    const socket = createSocket("udp4").bind(53, "127.53.254.254");
    await once(socket, "listening");
    closers.push(() => socket.close());
    return withResolver(["nameserver 127.53.254.254", "options timeout:30 attempts:9"]);
  };

  it("-t: the client is hung up on in time, and others are served", async () => {
    const runner = await silent();
    const server = await serverWith("-v2 -e -t 700", { runner });
    const waited = await patienceWith(server);
    expect(waited).toBeGreaterThanOrEqual(650);
    await server.logged("is refused: no answer within 700 ms");
  });

  it("while one client's look-up lasts, a client that needs none is served", async () => {
    const runner = await silent();
    const server = await serverWith("-h -l us -t 20000", {
      runner: [...runner, "sh", "-c", 'echo "127.0.0.2 known.test" >/etc/hosts; exec "$@"', "sh"],
    });
    const waiting = await connectRaw(server.port, "127.0.0.9");
    waiting.on("error", () => {});
    expect(await within(10_000, "the other", answerTo(server, "127.0.0.2"))).toBe(
      "known.test us unset\n",
    );
    waiting.destroy();
  });
});

/** A client's address with the one port of IDENT, which other tests use elsewhere. */
const ASKED = "127.113.0.9";

describe("IDENT", NEEDS_RESOLVER, () => {
  it("-r: oidentd tells whose connection it is", async () => {
    const oidentd = start(["oidentd", "-i", "-f", "-a", ASKED, "-u", "root", "-g", "root"]);
    closers.push(() => oidentd.signal("SIGKILL"));
    const server = await serverWith("-H -r -t 10000");
    const answers = async () => (await answerTo(server, ASKED)).trim().split(" ").at(-1);
    await expect.poll(answers, { timeout: 10_000 }).toBe("root");
  });

  it("-r: IDENT is asked from the address that the client talks to (RFC 1413, 4)", async () => {
    const askedFrom: (string | undefined)[] = [];
    const identd = createServer((socket) => {
      askedFrom.push(socket.remoteAddress);
      socket.on("error", () => {}).end();
    }).listen(113, ASKED);
    await once(identd, "listening");
    closers.push(() => identd.close());
    const server = await serverWith("-H -r", { ip: "127.0.0.7" });
    const there = { localAddress: ASKED, host: "127.0.0.7" } as object;
    await everything(await connect(server, there));
    expect(askedFrom).toEqual(["127.0.0.7"]);
  });

  it("-r: no server there is no answer, and no error", async () => {
    expect(await answerTo(await serverWith("-H -r -w"), "127.113.0.10")).toBe(
      "unset unset unset\n",
    );
  });

  it("-r -t: a server that never answers ends that connection in time", async () => {
    const identd = createServer(() => {}).listen(113, ASKED);
    await once(identd, "listening");
    closers.push(() => identd.close());
    const server = await serverWith("-v2 -H -r -t 600");
    expect(await patienceWith(server, ASKED)).toBeGreaterThanOrEqual(550);
    await server.logged("no answer within 600 ms");
  });

  it("-r -w: an answer that is cut off refuses; with -W it does not", async () => {
    const identd = createServer((socket) => socket.resetAndDestroy()).listen(113, ASKED);
    await once(identd, "listening");
    closers.push(() => identd.close());
    const strict = await serverWith("-v2 -H -r -w");
    await patienceWith(strict, ASKED);
    await strict.logged(`is refused: IDENT of ${ASKED}`);
    const lenient = await serverWith("-v3 -H -r -W");
    expect(await answerTo(lenient, ASKED)).toBe("unset unset unset\n");
    await lenient.logged(`look-up for 1 failed: IDENT of ${ASKED}`);
  });
});

it("-B: the banner comes at once, in clear, before TLS", async () => {
  const server = await serverWith("-H -B welcome");
  const socket = await connectRaw(server.port);
  socket.on("error", () => {});
  const [bytes] = await within(5_000, "the banner", once(socket, "data"));
  expect(String(bytes)).toBe("welcome");
  socket.destroy();
});

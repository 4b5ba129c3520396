/**
 * The page "Coming from stunnel, ghostunnel or hitch": what its tables set side by side does the same.
 * stunnel and hitch are Debian's; Debian 12 has no ghostunnel, so that its column is not run.
 */
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Credentials, derCertificate, SERVER_NAME } from "../support/certificates.ts";
import { connect, connectRaw, exchange, openssl, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { pinOf } from "../support/pins.ts";
import { everything } from "../support/processes.ts";
import { authority, backend, credentials, echo, relay, relayServer } from "../support/relays.ts";
import { repository } from "../support/repository.ts";
import { scratchFile } from "../support/scratch.ts";
import { hitch, stunnelService } from "../support/terminators.ts";

const page = readFileSync(join(repository, "docs/coming-from.md"), "utf8");
const other = authority.issue({ name: "other.test" });
const alice = authority.issue({ name: "alice", extensions: ["subjectAltName=DNS:alice.test"] });
const mallory = authority.issue({
  name: "mallory",
  extensions: ["subjectAltName=DNS:mallory.test"],
});

/** The rows that a test below is about; each takes its words out of the page. */
const tested = new Set<string>();

/** The cells of a row, by the words in its first one, in the section for that role. */
function row(role: "server" | "client", what: string): Record<string, string> {
  const [, section = ""] = new RegExp(`## A ${role}\\n([\\s\\S]*?)\\n## `).exec(page) ?? [];
  const lines = section.split("\n").filter((line) => line.startsWith("| "));
  const [heads = [], ...rows] = lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const cells = rows.find(([first]) => first === what);
  if (cells === undefined) throw new Error(`the page has no row "${what}"`);
  tested.add(`${role}: ${what}`);
  return Object.fromEntries(
    heads.map((head, at) => [head.split(" ")[0] as string, cells[at] as string]),
  );
}

/** The page must say this word of that program. */
function says(cell: string | undefined, ...words: readonly string[]): void {
  for (const word of words) expect(cell).toContain(word);
}

function shown({ certFile, keyFile }: Credentials) {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

function files({ certFile, keyFile }: Credentials): string[] {
  return [`cert = ${certFile}`, `key = ${keyFile}`];
}

/** stunnel's lines for clients with certificates. */
const VERIFYING = [`CAfile = ${authority.certFile}`, "verifyChain = yes"];

/** A stunnel in front of a backend, with the server's pair. */
const stunnel = (to: number, ...lines: readonly string[]) =>
  stunnelService([`connect = 127.0.0.1:${to}`, ...files(credentials), ...lines]);

const bearhug = (to: number, ...options: readonly string[]) =>
  relayServer(["--connect", `127.0.0.1:${to}`, ...options]);

/** The same as clients, in front of a server. */
const stunnelClient = (to: number, ...lines: readonly string[]) =>
  stunnelService(["client = yes", `connect = 127.0.0.1:${to}`, ...lines]);

const bearhugClient = (to: number, ...options: readonly string[]) =>
  relay("client", [
    ...["--cacert", authority.certFile, "-k", SERVER_NAME],
    ...["--connect", `127.0.0.1:${to}`, ...options],
  ]);

const destination = ({ port }: { port: number }) => ({ port, authority });

/** A conversation, or "refused". The client doesn't half-close: hitch would take that for the end. */
async function answerOf(port: number, options: object = {}): Promise<string> {
  try {
    const client = await connect({ port, authority }, options);
    client.write("hello");
    const heard = await receiveUntil(client, "hello");
    client.destroy();
    return heard;
  } catch {
    return "refused";
  }
}

async function certificateFor(port: number, servername: string): Promise<Buffer | undefined> {
  const client = await connect(
    { port, authority },
    { servername, checkServerIdentity: () => undefined },
  );
  const certificate = client.getPeerX509Certificate()?.raw;
  client.destroy();
  return certificate;
}

describe("a server", () => {
  it("listens, reaches the backend, has a certificate and key", async () => {
    const { port: to } = await backend(echo);
    const listen = row("server", "listen");
    const reach = row("server", "reach the backend");
    const named = row("server", "name certificate and key");
    says(listen["stunnel.conf"], "accept = ");
    says(listen["hitch"], "--frontend=[0.0.0.0]:443");
    says(listen["bearhug"], "--listen ");
    says(reach["stunnel.conf"], "connect = ");
    says(reach["hitch"], "--backend=[127.0.0.1]:8080");
    says(reach["bearhug"], "--connect ");
    says(named["stunnel.conf"], "cert = ", "key = ");
    says(named["bearhug"], "--cert ", "--key ");
    const all = [
      await stunnel(to),
      await hitch([credentials], [`--backend=[127.0.0.1]:${to}`]),
      await bearhug(to),
    ];
    for (const one of all) {
      expect(await answerOf(one.port)).toBe("hello");
      expect(await certificateFor(one.port, SERVER_NAME)).toEqual(
        derCertificate(credentials.certFile),
      );
    }
  });

  it("serves more names", async () => {
    const cells = row("server", "serve more names");
    says(cells["stunnel.conf"], "sni = service:name");
    says(cells["hitch"], "more PEM files");
    says(cells["bearhug"], "--sni NAME=CERT,KEY");
    const { port: to } = await backend(echo);
    const target = `connect = 127.0.0.1:${to}`;
    const all = [
      await stunnelService(
        [target, ...files(credentials)],
        ["[second]", "sni = page:other.test", target, ...files(other)],
      ),
      await hitch([credentials, other], [`--backend=[127.0.0.1]:${to}`]),
      await bearhug(to, "--sni", `other.test=${other.certFile},${other.keyFile}`),
    ];
    for (const one of all) {
      expect(await certificateFor(one.port, "other.test")).toEqual(derCertificate(other.certFile));
      expect(await certificateFor(one.port, SERVER_NAME)).toEqual(
        derCertificate(credentials.certFile),
      );
    }
  });

  it("demands client certificates", async () => {
    const cells = row("server", "demand client certificates");
    says(cells["stunnel.conf"], "CAfile = ", "verifyChain = yes");
    says(cells["hitch"], "client-verify", "client-verify-ca");
    says(cells["bearhug"], "--cacert ");
    const { port: to } = await backend(echo);
    const all = [
      await stunnel(to, ...VERIFYING),
      await hitch(
        [credentials],
        [`--backend=[127.0.0.1]:${to}`],
        ["client-verify = required", `client-verify-ca = "${authority.certFile}"`],
      ),
      await bearhug(to, "--cacert", authority.certFile),
    ];
    for (const one of all) {
      expect(await answerOf(one.port, shown(alice))).toBe("hello");
      expect(await answerOf(one.port)).toBe("refused");
    }
  });

  it("lets in some clients", async () => {
    const cells = row("server", "let in some clients");
    says(cells["stunnel.conf"], "checkHost = ");
    says(cells["bearhug"], "--allow-dns");
    const { port: to } = await backend(echo);
    const all = [
      await stunnel(to, ...VERIFYING, "checkHost = alice.test"),
      await bearhug(to, "--cacert", authority.certFile, "--allow-dns", "alice.test"),
    ];
    for (const one of all) {
      expect(await answerOf(one.port, shown(alice))).toBe("hello");
      expect(await answerOf(one.port, shown(mallory))).toBe("refused");
    }
  });

  it("tells the backend who the client is", async () => {
    const cells = row("server", "tell the backend who the client is");
    says(cells["stunnel.conf"], "protocol = proxy");
    says(cells["hitch"], "--write-proxy-v1", "--write-proxy-v2");
    says(cells["bearhug"], "--send-proxy v1", "v2");
    const heard: string[] = [];
    const { port: to } = await backend((socket) => {
      socket.once("data", (chunk: Buffer) => {
        heard.push(chunk.toString("hex"));
        socket.end("ok");
      });
    });
    const target = `--backend=[127.0.0.1]:${to}`;
    const all = [
      [await stunnel(to, "protocol = proxy"), 1],
      [await hitch([credentials], [target, "--write-proxy-v1"]), 1],
      [await bearhug(to, "--send-proxy", "v1"), 1],
      [await hitch([credentials], [target, "--write-proxy-v2"]), 2],
      [await bearhug(to, "--send-proxy", "v2"), 2],
    ] as const;
    for (const [one, version] of all) {
      const client = await connect(destination(one));
      const { localPort = 0 } = client;
      client.write("x");
      await everything(client);
      const bytes = Buffer.from(heard.at(-1) ?? "", "hex");
      const ports = Buffer.alloc(4);
      ports.writeUInt16BE(localPort, 0);
      ports.writeUInt16BE(one.port, 2);
      const addresses = Buffer.from([127, 0, 0, 1, 127, 0, 0, 1]);
      if (version === 1) {
        const line = `PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${one.port}\r\n`;
        expect(bytes.toString("latin1").slice(0, line.length)).toBe(line);
      } else {
        expect(bytes.subarray(16, 28)).toEqual(Buffer.concat([addresses, ports]));
      }
    }
  });

  it("takes a PROXY header", async () => {
    const cells = row("server", "take a PROXY header");
    says(cells["hitch"], "--proxy-proxy");
    says(cells["bearhug"], "-L --proxy-from ADDRESSES");
    const heard: string[] = [];
    const { port: to } = await backend((socket) => {
      socket.once("data", (chunk: Buffer) => {
        heard.push(chunk.toString("latin1"));
        socket.end("ok");
      });
    });
    const all = [
      await hitch([credentials], [`--backend=[127.0.0.1]:${to}`, "--proxy-proxy"]),
      await bearhug(to, "-L", "--proxy-from", "127.0.0.1", "--send-proxy", "v1"),
    ];
    for (const one of all) {
      const socket = await connectRaw(one.port);
      const header = "PROXY TCP4 192.0.2.7 192.0.2.8 1000 443\r\n";
      socket.write(header);
      const client = await connect(destination(one), { socket });
      client.write("x");
      await eventually("the backend hears it", () => heard.length > 0);
      expect(heard.pop()?.slice(0, header.length)).toBe(header);
      client.destroy();
    }
  });

  it("speaks PostgreSQL or SMTP before TLS", async () => {
    const cells = row("server", "speak PostgreSQL or SMTP before TLS");
    says(cells["stunnel.conf"], "protocol = pgsql", "protocol = smtp");
    says(cells["bearhug"], "--starttls postgresql", "--starttls smtp");
    const { port: to } = await backend((socket) => {
      socket.write("220 mail.test ESMTP\r\n");
      socket.on("data", () => socket.end("221 bye\r\n"));
    });
    const all = [await stunnel(to, "protocol = smtp"), await bearhug(to, "--starttls", "smtp")];
    for (const one of all) {
      const { stderr } = await openssl(destination(one), ["-starttls", "smtp", "-no_ign_eof"]);
      expect(stderr).toContain("Verification: OK");
    }
    const plain = await backend(echo);
    const both = [
      await stunnel(plain.port, "protocol = pgsql"),
      await bearhug(plain.port, "--starttls", "postgresql"),
    ];
    for (const one of both) {
      const socket = await connectRaw(one.port);
      socket.write(Buffer.from("0000000804d2162f", "hex"));
      expect(`${(await once(socket, "data"))[0]}`).toBe("S");
      const client = await connect(destination(one), { socket });
      expect(await exchange(client, "hello")).toBe("hello");
    }
  });

  it("chooses application protocols", async () => {
    const cells = row("server", "choose application protocols");
    says(cells["hitch"], "--alpn-protos=");
    says(cells["bearhug"], "--alpn LIST");
    const { port: to } = await backend(echo);
    const all = [
      await hitch([credentials], [`--backend=[127.0.0.1]:${to}`, "--alpn-protos=h2,http/1.1"]),
      await bearhug(to, "--alpn", "h2,http/1.1"),
    ];
    for (const one of all) {
      const client = await connect(destination(one), { ALPNProtocols: ["http/1.1", "h2"] });
      expect(client.alpnProtocol).toBe("h2");
      client.destroy();
    }
  });

  it("reads certificates again", async () => {
    const cells = row("server", "read certificates again");
    says(cells["stunnel.conf"], "HUP");
    says(cells["hitch"], "HUP");
    says(cells["bearhug"], "USR2");
    const { port: to } = await backend(echo);
    const own = authority.issue();
    const again = authority.issue();
    const stunnel = await stunnelService([`connect = 127.0.0.1:${to}`, ...files(own)]);
    const hitched = await hitch([own], [`--backend=[127.0.0.1]:${to}`]);
    const ours = await relay("server", [
      "--cert",
      own.certFile,
      "--key",
      own.keyFile,
      "--connect",
      `127.0.0.1:${to}`,
    ]);
    copyFileSync(again.certFile, own.certFile);
    copyFileSync(again.keyFile, own.keyFile);
    writeFileSync(
      hitched.pem,
      readFileSync(again.keyFile, "utf8") + readFileSync(again.certFile, "utf8"),
    );
    const all = [
      [stunnel, "SIGHUP"],
      [hitched, "SIGHUP"],
      [ours, "SIGUSR2"],
    ] as const;
    for (const [one, signal] of all) {
      one.running.signal(signal);
      await becomes(one.port, derCertificate(again.certFile));
    }
  });
});

/** Waits until clients get that certificate. */
async function becomes(port: number, wanted: Buffer): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const certificate = await certificateFor(port, SERVER_NAME).catch(() => undefined);
    if (certificate?.equals(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`port ${port} still has the old certificate`);
}

describe("a client", () => {
  /** What a plain client hears through it. */
  async function heardThrough(port: number): Promise<string> {
    const socket = await connectRaw(port);
    socket.end("hello");
    return `${await everything(socket).catch(() => "")}` || "refused";
  }

  /** A TLS server with an echo. */
  async function server(options: readonly string[] = []): Promise<number> {
    const { port } = await backend(echo);
    return (await relayServer(["--connect", `127.0.0.1:${port}`, ...options])).port;
  }

  const chain = [...VERIFYING];

  it("is one, listens, reaches the server, verifies its chain and name", async () => {
    says(row("client", "be one")["stunnel.conf"], "client = yes");
    says(row("client", "listen")["bearhug"], "--listen ");
    says(row("client", "reach the server")["bearhug"], "--connect ");
    const cells = row("client", "verify its chain and name");
    says(cells["stunnel.conf"], "verifyChain = yes", "CAfile = ", "checkHost = ");
    says(cells["bearhug"], "the default, `--cacert …`");
    const expecting = row("client", "expect another name");
    says(expecting["stunnel.conf"], "sni = ", "checkHost = ");
    says(expecting["bearhug"], "-k NAME");
    const to = await server();
    const target = [`client = yes`, `connect = 127.0.0.1:${to}`, ...chain];
    const ours = ["--cacert", authority.certFile, "--connect", `127.0.0.1:${to}`];
    const names = [
      [SERVER_NAME, "hello"],
      ["another.test", "refused"],
    ] as const;
    for (const [name, heard] of names) {
      const all = [
        await stunnelService([...target, `checkHost = ${name}`, `sni = ${name}`]),
        await relay("client", [...ours, "-k", name]),
      ];
      for (const one of all) expect(await heardThrough(one.port), name).toBe(heard);
    }
  });

  it("speaks PostgreSQL or SMTP before TLS", async () => {
    const cells = row("client", "speak PostgreSQL or SMTP before TLS");
    says(cells["stunnel.conf"], "protocol = pgsql", "protocol = smtp");
    says(cells["bearhug"], "--starttls postgresql", "--starttls smtp");
    const to = await server(["--starttls", "postgresql"]);
    const all = [
      await stunnelClient(to, ...chain, `checkHost = ${SERVER_NAME}`, "protocol = pgsql"),
      await bearhugClient(to, "--starttls", "postgresql"),
    ];
    for (const one of all) expect(await heardThrough(one.port)).toBe("hello");
  });

  it("holds the server to a key", async () => {
    const cells = row("client", "hold it to a key");
    says(cells["stunnel.conf"], "verifyPeer = yes");
    says(cells["bearhug"], "--pin sha256//");
    const to = await server();
    const held = [
      [credentials, "hello"],
      [other, "refused"],
    ] as const;
    for (const [whose, heard] of held) {
      const peers = scratchFile("peers.pem", readFileSync(whose.certFile));
      const all = [
        await stunnelClient(to, "verifyPeer = yes", `CAfile = ${peers}`),
        await bearhugClient(to, "--pin", pinOf(whose)),
      ];
      for (const one of all) expect(await heardThrough(one.port)).toBe(heard);
    }
  });

  it("shows a certificate", async () => {
    const cells = row("client", "show a certificate");
    says(cells["stunnel.conf"], "cert = ", "key = ");
    says(cells["bearhug"], "--cert ", "--key ");
    const to = await server(["--cacert", authority.certFile, "--allow-dns", "alice.test"]);
    const all = [
      await stunnelClient(to, ...files(alice)),
      await bearhugClient(to, "--cert", alice.certFile, "--key", alice.keyFile),
    ];
    for (const one of all) expect(await heardThrough(one.port)).toBe("hello");
  });
});

it("each row of the page is one of these, or one that only ghostunnel has", () => {
  const left = ["server: use a backend elsewhere, in clear", "server: ask how it is"];
  const roles = ["server", "client"] as const;
  const rows = roles.flatMap((role) => {
    const [, section = ""] = new RegExp(`## A ${role}\\n([\\s\\S]*?)\\n## `).exec(page) ?? [];
    const names = [...section.matchAll(/^\| ([^|]+?) \|/gm)].map(([, name]) => `${role}: ${name}`);
    return names.filter((name) => !/: (to|---)$/.test(name));
  });
  expect(rows.filter((name) => !tested.has(name)).sort()).toEqual(left.sort());
});

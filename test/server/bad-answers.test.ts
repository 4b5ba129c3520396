/**
 * What comes from outside before TLS, and is wrong: answers of DNS and IDENT that are enormous or no
 * answers, a cdb file that is cut short or replaced, PROXY headers in pieces and with lying lengths. Each
 * ends its own connection in time, or tells nothing; other clients are served.
 */
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, connectRaw } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { NEEDS_RESOLVER, withResolver } from "../support/name-server.ts";
import { everything } from "../support/processes.ts";
import { scratch } from "../support/scratch.ts";
import { type Server, type Serving, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
const SHOW = ["sh", "-c", 'echo "${TCPREMOTEHOST-unset} ${TCPREMOTEINFO-unset}"'];

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function serverWith(line: string, serving: Partial<Serving> = {}): Promise<Server> {
  return startServer({ authority, credentials, prog: SHOW, options: words(line), ...serving });
}

/** What prog says to a client from that address; "" if it is hung up on. */
async function answerTo(server: Server, localAddress: string): Promise<string> {
  const client = await connect(server, { localAddress } as object).catch(() => null);
  if (client === null) return "";
  return `${await within(15_000, "an answer", everything(client))}`;
}

async function isHungUpOn(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  const over = new Promise((resolve) => socket.once("end", resolve).once("close", resolve));
  socket.resume();
  await within(15_000, "the end of the connection", over);
}

const RESOLVER = "127.53.254.253";

/** A name server of the test's own: `answer` makes a reply of a query, for UDP or for TCP. */
async function nameServer(answer: (query: Buffer, isTcp: boolean) => Buffer): Promise<string[]> {
  const udp = createSocket("udp4").bind(53, RESOLVER);
  udp.on("message", (query, { port, address }) => udp.send(answer(query, false), port, address));
  const tcp = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      const reply = answer(bytes.subarray(2), true);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.end(Buffer.concat([length, reply]));
    });
  }).listen(53, RESOLVER);
  await Promise.all([once(udp, "listening"), once(tcp, "listening")]);
  closers.push(() => {
    udp.close();
    tcp.close();
  });
  return withResolver([`nameserver ${RESOLVER}`, "options timeout:1 attempts:1"]);
}

/** A reply with the query's question and these names as PTR records. */
function reply(query: Buffer, names: readonly Buffer[], flags = 0x8180): Buffer {
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(flags, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(names.length, 6);
  head.writeUInt32BE(0, 8);
  const records = names.map((name) => {
    const record = Buffer.from("c00c000c00010000003c0000", "hex");
    record.writeUInt16BE(name.length, 10);
    return Buffer.concat([record, name]);
  });
  return Buffer.concat([head, query.subarray(12, questionEnd(query)), ...records]);
}

/** A name that goes on at that place of the message (RFC 1035, 4.1.4). */
function pointer(to: number): Buffer {
  return Buffer.from([0xc0 | (to >> 8), to & 0xff]);
}

function questionEnd(query: Buffer): number {
  return query.indexOf(0, 12) + 5;
}

function nameOf(...labels: readonly string[]): Buffer {
  const parts = labels.map((label) =>
    Buffer.from(`${String.fromCharCode(label.length)}${label}`, "latin1"),
  );
  return Buffer.concat([...parts, Buffer.alloc(1)]);
}

describe("DNS", NEEDS_RESOLVER, () => {
  it("an answer of 64 KiB: its first name is told, or none, and in time", async () => {
    const names = Array.from({ length: 2000 }, (_, at) => nameOf(`host${at}`, "homes", "test"));
    const runner = await nameServer((query, isTcp) =>
      isTcp ? reply(query, names) : reply(query, [], 0x8380),
    );
    const server = await serverWith("-v3 -e -t 8000", { runner });
    const began = performance.now();
    expect(await answerTo(server, "127.0.0.2")).toMatch(/^(host0\.homes\.test|unset) unset\n$/);
    expect(performance.now() - began).toBeLessThan(8000);
  });

  it.each<[string, (query: Buffer) => Buffer]>([
    ["bytes that are no answer", () => Buffer.alloc(512, 0xff)],
    [
      "a count of records that are not there",
      (query) => {
        const lie = reply(query, []);
        lie.writeUInt16BE(0xffff, 6);
        return lie;
      },
    ],
    ["a name that leads to itself", (query) => reply(query, [pointer(questionEnd(query) + 12)])],
    ["a name with a newline", (query) => reply(query, [nameOf("a\nLD_PRELOAD=x", "test")])],
    ["a name with a slash", (query) => reply(query, [nameOf("..", "../../etc")])],
  ])("%s: no name is told", async (_, answer) => {
    const runner = await nameServer(answer);
    const server = await serverWith("-e -t 8000", { runner });
    expect(await answerTo(server, "127.0.0.2")).toBe("unset unset\n");
  });

  it("another question's answer is none: the client is hung up on in time", async () => {
    const runner = await nameServer((query) =>
      Buffer.concat([Buffer.from([9, 9]), query.subarray(2)]),
    );
    const server = await serverWith("-e -v2 -t 1000", { runner });
    await isHungUpOn(await connectRaw(server.port, "127.0.0.2"));
    await server.logged("no answer within 1000 ms");
  });

  it("with rules by name, such answers refuse", async () => {
    const rules = rulesDirectory({ "reversedns/homes.test/allow": "" });
    const runner = await nameServer(() => Buffer.alloc(512, 0xff));
    const server = await serverWith(`-v2 -t 8000 -i ${rules}`, { runner });
    await isHungUpOn(await connectRaw(server.port, "127.0.0.2"));
    await server.logged("is refused");
  });
});

describe("IDENT", NEEDS_RESOLVER, () => {
  it.each([
    ["a line without end", "x".repeat(1 << 20)],
    ["a user's name of a megabyte", `1, 1 : USERID : UNIX : ${"u".repeat(1 << 20)}\r\n`],
    ["nothing", ""],
  ])("%s: no user is told, and in time", async (_, says) => {
    const address = "127.113.0.19";
    const identd = createServer((socket) => {
      socket.on("error", () => {});
      socket.end(says);
    }).listen(113, address);
    await once(identd, "listening");
    closers.push(() => identd.close());
    const server = await serverWith("-H -r -W -t 8000");
    expect(await answerTo(server, address)).toBe("unset unset\n");
  });
});

function rulesDirectory(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(scratch, "rules-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  execFileSync("chmod", ["-R", "a+rX", scratch]);
  return directory;
}

function cdbOf(files: Readonly<Record<string, string>>): string {
  const directory = rulesDirectory(files);
  execFileSync("s6-accessrules-cdb-from-fs", [`${directory}.cdb`, directory]);
  execFileSync("chmod", ["a+r", `${directory}.cdb`]);
  return `${directory}.cdb`;
}

describe("rules in a cdb file", () => {
  it("replaced while the server runs: the next client is judged by the new one", async () => {
    const file = cdbOf({ "ip4/127.0.0.0_8/allow": "" });
    const server = await serverWith(`-H -v2 -x ${file}`);
    expect(await answerTo(server, "127.0.0.2")).toBe("unset unset\n");
    renameSync(cdbOf({ "ip4/127.0.0.0_8/deny": "" }), file);
    expect(await answerTo(server, "127.0.0.2")).toBe("");
    await server.logged("a rule denies its address");
  });

  it.each<[string, (file: string) => void]>([
    ["cut short", (file) => truncateSync(file, statSync(file).size - 8)],
    ["empty", (file) => truncateSync(file, 0)],
    [
      "of lengths that lie",
      (file) => writeFileSync(file, readFileSync(file).fill(0xff, 2052, 2056)),
    ],
  ])("%s: clients are refused, and told so; a good one is used again", async (_, spoil) => {
    const rules = { "ip4/127.0.0.0_8/allow": "" };
    const file = cdbOf(rules);
    const server = await serverWith(`-H -v -x ${file}`);
    spoil(file);
    expect(await answerTo(server, "127.0.0.2")).toBe("");
    await server.logged(/is refused: [^\n]*cdb/);
    renameSync(cdbOf(rules), file);
    expect(await answerTo(server, "127.0.0.2")).toBe("unset unset\n");
  });
});

const VERSION1 = Buffer.from("PROXY TCP4 192.0.2.1 198.51.100.7 1 2\r\n");
const VERSION2 = Buffer.from("0d0a0d0a000d0a515549540a2111000cc0000201c633640700010002", "hex");

describe("a PROXY header", () => {
  const ADDRESS = ["printenv", "TCPREMOTEIP"];

  it.each([
    ["version 1", VERSION1],
    ["version 2", VERSION2],
  ])("%s, in pieces of one byte: it is read, and nothing behind it", async (_, header) => {
    const server = await serverWith("-L", { prog: ADDRESS });
    const socket = connectTcp({ port: server.port, host: "127.0.0.1", noDelay: true });
    for (const byte of header) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const client = connectTls({ socket, servername: SERVER_NAME, rejectUnauthorized: false });
    expect(`${await within(10_000, "an answer", everything(client))}`).toBe("192.0.2.1\n");
  });

  const longer = Buffer.from(VERSION2);
  longer.writeUInt16BE(0xffff, 14);
  const shorter = Buffer.from(VERSION2);
  shorter.writeUInt16BE(4, 14);
  it.each<[string, Buffer, RegExp]>([
    ["promises 64 KiB that never come", longer, /PROXY header: it was not whole within 700 ms/],
    ["tells a length shorter than its addresses", shorter, /PROXY header: /],
    ["of version 1 is too long", Buffer.alloc(1 << 20, "PROXY TCP4 "), /PROXY header: /],
  ])("that %s: its connection ends, and others are served", async (_, header, reason) => {
    const server = await serverWith("-L -K 700", { prog: ADDRESS });
    const socket = connectTcp({ port: server.port, host: "127.0.0.1" });
    socket.write(header);
    await isHungUpOn(socket);
    await server.logged(reason);
    const good = connectTcp({ port: server.port, host: "127.0.0.1" });
    good.write(VERSION2);
    const client = connectTls({ socket: good, servername: SERVER_NAME, rejectUnauthorized: false });
    expect(`${await within(10_000, "an answer", everything(client))}`).toBe("192.0.2.1\n");
  });
});

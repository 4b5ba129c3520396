import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach } from "vitest";
import { eventually } from "./limits.ts";
import { needs } from "./needs.ts";
import { run, start } from "./processes.ts";
import { scratchFile } from "./scratch.ts";

/** Where a name server of a test listens: c-ares takes no other port than 53 from resolv.conf. */
let last = 20;

export interface NameServer {
  /** Its address, in 127.53.0.0/16. */
  readonly address: string;
  /** What it was asked, a line each; of dnsmasq, in its words. */
  readonly log: () => string;
}

/**
 * Debian's dnsmasq, with these options in place of any file of this system.
 *
 * @param options as in `--host-record=mail.test,192.0.2.1`, without the two dashes
 */
export async function startNameServer(...options: string[]): Promise<NameServer> {
  const address = `127.53.${process.pid % 250}.${++last}`;
  const server = start([
    "dnsmasq",
    ...["--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root"],
    // Without these, dnsmasq refuses what it doesn't know in place of denying that it is there.
    ...["--domain-needed", "--local=/test/", "--local=/in-addr.arpa/"],
    ...["--log-queries", "--log-facility=-", "--bind-interfaces", `--listen-address=${address}`],
    ...options.map((option) => `--${option}`),
  ]);
  await eventually("dnsmasq", () => /started, version/.test(server.stdout + server.stderr));
  return { address, log: () => server.stdout + server.stderr };
}

/**
 * A name server that hears everything and answers nothing, until its test ends.
 *
 * @param ipv4 what it tells of every name all the same, if it is asked for addresses of IPv4
 */
export async function startSilentNameServer(ipv4?: string): Promise<NameServer> {
  const address = `127.53.${process.pid % 250}.${++last}`;
  const socket = createSocket("udp4");
  silent.add(socket);
  let log = "";
  socket.on("message", (question, { port, address: client }) => {
    if (ipv4 !== undefined) {
      const answer = answerTo(question, ipv4);
      if (answer !== null) socket.send(answer, port, client);
    }
    // Behind the header, the labels of the name.
    log += `${question.toString("latin1", 12).replace(/[^a-z0-9-]/g, " ")}\n`;
  });
  socket.bind(53, address);
  await once(socket, "listening");
  return { address, log: () => log };
}

/** A record of type A (RFC 1035, 4.1); null: something else was asked for. */
function answerTo(question: Buffer, ipv4: string): Buffer | null {
  const end = question.indexOf(0, 12) + 5;
  if (question.readUInt16BE(end - 4) !== 1) return null;
  const header = Buffer.from([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  const record = Buffer.from([
    0xc0,
    12,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    4,
    ...ipv4.split(".").map(Number),
  ]);
  return Buffer.concat([question.subarray(0, 2), header, question.subarray(12, end), record]);
}

/** DNS's number of a type of records: A for IPv4, AAAA for IPv6. */
export const RECORD_TYPE = { a: 1, aaaa: 28 } as const;

export interface Reply {
  /** RFC 1035, 4.1.1: 2 is SERVFAIL, 3 NXDOMAIN, 5 REFUSED; 0 unless told otherwise. */
  readonly code?: number;
  /** As bytes; they must be of the type that was asked for. */
  readonly addresses?: readonly Buffer[];
  /** Milliseconds before it is sent. */
  readonly after?: number;
}

/** A name server that replies as it is told for each name and type, until its test ends. */
export async function startScriptedNameServer(
  replyTo: (name: string, type: number) => Reply,
): Promise<string> {
  const address = `127.53.${process.pid % 250}.${++last}`;
  const socket = createSocket("udp4");
  silent.add(socket);
  socket.on("message", (question, { port, address: client }) => {
    const end = question.indexOf(0, 12) + 5;
    const type = question.readUInt16BE(end - 4);
    const labels: string[] = [];
    for (let at = 12; question.readUInt8(at) !== 0; at += 1 + question.readUInt8(at)) {
      labels.push(question.toString("latin1", at + 1, at + 1 + question.readUInt8(at)));
    }
    const { code = 0, addresses = [], after = 0 } = replyTo(labels.join(".").toLowerCase(), type);
    const header = Buffer.of(0x81, 0x80 | code, 0, 1, 0, addresses.length, 0, 0, 0, 0);
    const records = addresses.flatMap((one) => [
      // The name of the question, the type, the Internet, no time to live.
      Buffer.of(0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, one.length),
      one,
    ]);
    const parts = [question.subarray(0, 2), header, question.subarray(12, end), ...records];
    setTimeout(() => {
      if (silent.has(socket)) socket.send(Buffer.concat(parts), port, client);
    }, after);
  });
  socket.bind(53, address);
  await once(socket, "listening");
  return address;
}

const silent = new Set<Socket>();
afterEach(() => {
  for (const socket of silent) socket.close();
  silent.clear();
});

/** Runs a command where this is resolv.conf(5), and these are the hosts; no other process sees that. */
export function withResolver(lines: readonly string[], hosts: readonly string[] = []): string[] {
  const file = (name: string, content: readonly string[]) =>
    scratchFile(name, content.map((line) => `${line}\n`).join(""));
  const resolver = `mount --bind ${file("resolv.conf", lines)} /etc/resolv.conf`;
  const named = `mount --bind ${file("hosts", hosts)} /etc/hosts`;
  return ["unshare", "--mount", "sh", "-c", `${resolver} && ${named} && exec "$@"`, "sh"];
}

/** Does this system let us? */
const canHaveResolver = (await run([...withResolver(["nameserver ::1"]), "true"])).code === 0;

export const NEEDS_RESOLVER = needs("a mount namespace for resolv.conf", canHaveResolver);

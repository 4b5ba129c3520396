import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { connectRaw } from "../support/clients.ts";
import { start } from "../support/processes.ts";
import { type RecordedKind, recordedFile } from "../support/recorded.ts";
import { lineTo } from "../support/sandboxes.ts";
import { gnutlsServer, opensslServer } from "../support/tls-servers.ts";
import {
  CLIENT_WORDS,
  engineFor,
  Keys,
  PROGRAM_WORDS,
  type Recording,
  type Setting,
} from "./recordings.ts";

/** Has real programs talk to us, and keeps what they say. */

interface Peer extends Setting {
  /** Goes to that port, if it is a client; else gives a port. */
  readonly run: (port: number) => Promise<number> | number;
}

const from = (kind: RecordedKind) => ["-cert", recordedFile(kind), "-key", recordedFile(kind)];

function client(command: (port: number) => readonly string[]) {
  return (port: number) => {
    const running = start(command(port));
    running.child.stdin?.write(CLIENT_WORDS);
    return 0;
  };
}

const openssl = (...options: string[]) =>
  client((port) => ["openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-quiet", ...options]);
const gnutls = (...options: string[]) =>
  client((port) => ["gnutls-cli", "--insecure", "-p", `${port}`, ...options, "127.0.0.1"]);
const curl = (...options: string[]) =>
  client((port) => ["curl", "-sk", ...options, `https://127.0.0.1:${port}/words`]);
const node = (port: number) => {
  connect({ port, rejectUnauthorized: false })
    .on("error", () => {})
    .end(CLIENT_WORDS);
  return 0;
};

const files = (kind: RecordedKind) => ({
  keyFile: recordedFile(kind),
  certFile: recordedFile(kind),
  chainFile: recordedFile("intermediate"),
});
const opensslAs = (kind: RecordedKind, ...options: string[]) => {
  return async () => {
    const { port, running } = await opensslServer(files(kind), options);
    running.child.stdin?.write(PROGRAM_WORDS);
    return port;
  };
};

const base = {
  kind: "p256",
  profile: "modern",
  maxVersion: "1.2",
  peerIsClient: true,
  verifies: false,
} as const;
const newer = { ...base, maxVersion: "1.3" } as const;
const ours = { ...base, peerIsClient: false } as const;

const peers: readonly Peer[] = [
  { ...base, name: "openssl s_client", run: openssl() },
  {
    ...base,
    name: "openssl s_client, AES-GCM",
    run: openssl("-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"),
  },
  {
    ...base,
    name: "openssl s_client with a certificate",
    verifies: true,
    run: openssl(...from("p256"), "-cert_chain", recordedFile("intermediate")),
  },
  {
    ...base,
    name: "openssl s_client, static RSA",
    kind: "rsa",
    profile: "compat",
    run: openssl("-cipher", "AES128-SHA256"),
  },
  {
    ...base,
    name: "openssl s_client, TLS 1.0",
    kind: "rsa",
    profile: "legacy",
    run: openssl("-tls1", "-cipher", "AES128-SHA@SECLEVEL=0"),
  },
  { ...base, name: "gnutls-cli", run: gnutls() },
  {
    ...base,
    name: "gnutls-cli, RSA, CBC",
    kind: "rsa",
    profile: "compat",
    run: gnutls("--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC"),
  },
  { ...base, name: "curl", run: curl() },
  { ...base, name: "curl, TLS 1.2, RSA", kind: "rsa", run: curl("--tlsv1.2", "--tls-max", "1.2") },
  { ...base, name: "node", run: node },
  { ...newer, name: "openssl s_client, TLS 1.3", run: openssl() },
  {
    ...newer,
    name: "openssl s_client, TLS 1.3, a retry, AES-256",
    run: openssl("-groups", "P-521:P-384", "-ciphersuites", "TLS_AES_256_GCM_SHA384"),
  },
  {
    ...newer,
    name: "openssl s_client, TLS 1.3, with a certificate",
    verifies: true,
    run: openssl(...from("p256"), "-cert_chain", recordedFile("intermediate")),
  },
  { ...newer, name: "gnutls-cli, TLS 1.3, RSA", kind: "rsa", run: gnutls() },
  { ...newer, name: "curl, TLS 1.3, compat", profile: "compat", run: curl() },
  { ...newer, name: "node, TLS 1.3", run: node },
  { ...ours, name: "openssl s_server", verifies: true, run: opensslAs("p256") },
  { ...ours, name: "openssl s_server, RSA", kind: "rsa", profile: "compat", run: opensslAs("rsa") },
  {
    ...ours,
    name: "openssl s_server that asks for a certificate",
    run: opensslAs("p256", "-verify", "1"),
  },
  {
    ...ours,
    name: "openssl s_server, TLS 1.0",
    kind: "rsa",
    profile: "legacy",
    run: opensslAs("rsa", "-tls1", "-cipher", "ALL@SECLEVEL=0"),
  },
  { ...ours, name: "gnutls-serv", run: async () => (await gnutlsServer(files("p256"))).port },
];

/** One conversation after the other; those that are known stay as they are. */
export async function recordAll(known: readonly Recording[]): Promise<Recording[]> {
  const keys = new Keys();
  const recordings: Recording[] = [];
  for (const { run, ...setting } of peers) {
    const before = known.find(({ name }) => name === setting.name);
    if (before !== undefined) {
      recordings.push(before);
      continue;
    }
    const bytes = await (setting.peerIsClient ? beServer : beClient)(setting, keys, run);
    recordings.push({ ...setting, bytes });
  }
  return recordings;
}

async function beServer(setting: Setting, keys: Keys, run: Peer["run"]): Promise<Buffer> {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const connection = once(server, "connection");
  await run(port);
  const [socket] = (await connection) as [Socket];
  server.close();
  return converse(setting, keys, socket);
}

async function beClient(setting: Setting, keys: Keys, run: Peer["run"]): Promise<Buffer> {
  return converse(setting, keys, await connectRaw(await run(0)));
}

/** Long after the last word. */
const QUIET_MS = 2000;

/** Until the tunnel is over, or nothing more is said. */
async function converse(setting: Setting, keys: Keys, socket: Socket): Promise<Buffer> {
  const line = lineTo(engineFor(setting, keys));
  const said: Buffer[] = [];
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    said.push(chunk);
    line.wire.write(chunk);
  });
  socket.on("end", () => line.wire.end());
  line.wire.pipe(socket);
  speak(line.program, setting);
  line.tunnel.run();
  await Promise.race([line.over, sleep(QUIET_MS)]);
  socket.destroy();
  return Buffer.concat(said);
}

/** Says our words once the peer has said its own, or (to a server) at once. */
function speak(program: Duplex, { peerIsClient }: Setting): void {
  if (!peerIsClient) program.write(CLIENT_WORDS);
  program.once("data", () => {
    program.resume();
    program.end(PROGRAM_WORDS);
  });
  if (!peerIsClient) setTimeout(() => program.end(), 1000);
}

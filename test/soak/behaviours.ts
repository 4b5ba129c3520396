import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Authority } from "../support/certificates.ts";
import { SERVER_NAME } from "../support/certificates.ts";
import { opensslCertificate } from "../support/certified-clients.ts";
import type { ClientCredentials } from "../support/client-authority.ts";
import { opensslArguments } from "../support/clients.ts";
import { payload } from "../support/payload.ts";
import { run } from "../support/processes.ts";

/** Where a client goes, and what it has. */
export interface Visit {
  readonly port: number;
  readonly authority: Authority;
  /** A certificate that the server takes. */
  readonly certified: ClientCredentials;
  /** A certificate that no anchor vouches for. */
  readonly stranger: ClientCredentials;
  /** Differs from visit to visit. */
  readonly number: number;
}

/** Fails if the server did anything that it should not. */
export type Behaviour = (visit: Visit) => Promise<void>;

/**
 * What the server runs: a page for HTTP, and for all other clients an echo. The first line is the
 * program's own reading, byte by byte, so it must be text.
 */
export const PROG = `
  IFS= read -r first || exit 0
  case $first in
    GET*) printf 'HTTP/1.0 200 OK\\r\\n\\r\\nA page.' ;;
    *) printf '%s\\n' "$first"; exec cat ;;
  esac
`;

const LARGE = payload("soak", 1 << 20);

/** How a client may behave. The number says how often, of all. */
export const BEHAVIOURS: Readonly<Record<string, readonly [weight: number, Behaviour]>> = {
  fast: [12, (visit) => echo(visit, Buffer.from(`visit ${visit.number}\n`))],
  bulk: [6, (visit) => echo(visit, Buffer.concat([Buffer.from(`${visit.number}\n`), LARGE]))],
  "half-closing": [
    8,
    (visit) => echo(visit, Buffer.from(`late ${visit.number}\n`), { late: true }),
  ],
  "slow to speak": [5, speakSlowly],
  "slow to listen": [4, listenSlowly],
  resetting: [8, reset],
  "resetting in the handshake": [4, resetInHandshake],
  silent: [4, beSilent],
  "silent after the handshake": [4, leaveWithoutAWord],
  garbage: [6, sayGarbage],
  "half a handshake": [4, sayHalfAHello],
  certified: [4, (visit) => echo(visit, Buffer.from("it is me\n"), pair(visit.certified))],
  "falsely certified": [3, beRefused],
  "openssl s_client": [2, opensslClient],
  "openssl s_client, certified": [1, certifiedOpenssl],
  "gnutls-cli": [1, gnutlsClient],
  curl: [2, curl],
};

interface Manner extends ConnectionOptions {
  /** Says everything and half-closes before it listens. */
  readonly late?: boolean;
}

const PATIENCE_MS = 30_000;

function tls({ port, authority }: Visit, options: ConnectionOptions = {}): TLSSocket {
  const ca = readFileSync(authority.certFile);
  const settings = { host: "127.0.0.1", port, ca, servername: SERVER_NAME, ...options };
  return connect({ ...settings, allowHalfOpen: true } as ConnectionOptions);
}

/** Everything that comes, to the EOF. */
function listen(client: TLSSocket): Promise<Buffer> {
  const heard = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => client.destroy(new Error("no end")), PATIENCE_MS);
    client.on("data", (chunk: Buffer) => chunks.push(chunk));
    client.once("end", () => resolve(Buffer.concat(chunks)));
    client.once("error", reject);
    client.once("close", () => {
      clearTimeout(timer);
      reject(new Error("closed without an EOF"));
    });
  });
  // Whoever waits for it may not do so yet.
  heard.catch(() => {});
  return heard;
}

/** Says something, and must hear it again, byte by byte. */
async function echo(visit: Visit, words: Buffer, { late = false, ...options }: Manner = {}) {
  const client = tls(visit, options);
  const heard = listen(client);
  await Promise.race([once(client, "secureConnect"), heard]);
  client.end(words);
  if (late) {
    client.pause();
    await sleep(200);
    client.resume();
  }
  const answer = await heard;
  client.destroy();
  if (!answer.equals(words)) {
    throw new Error(`checksum: ${answer.length} bytes came back of ${words.length}`);
  }
}

function pair({ keyFile, certFile }: ClientCredentials): ConnectionOptions {
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

async function speakSlowly(visit: Visit): Promise<void> {
  const client = tls(visit);
  const heard = listen(client);
  const words = `slow ${visit.number}\n`;
  for (const letter of words) {
    client.write(letter);
    await sleep(40);
  }
  client.end();
  const answer = (await heard).toString();
  client.destroy();
  if (answer !== words) throw new Error(`checksum: ${JSON.stringify(answer)}`);
}

async function listenSlowly(visit: Visit): Promise<void> {
  const client = tls(visit);
  const words = Buffer.concat([Buffer.from("slow\n"), LARGE]);
  client.write(words);
  await once(client, "secureConnect");
  await sleep(700);
  const heard = listen(client);
  client.end();
  const answer = await heard;
  client.destroy();
  if (!answer.equals(words)) throw new Error(`checksum: ${answer.length} of ${words.length}`);
}

/** Somewhere on the way. */
async function reset(visit: Visit): Promise<void> {
  const socket = await tcp(visit);
  const client = tls(visit, { socket });
  client.on("error", () => {});
  client.write(LARGE.subarray(0, 100_000));
  await sleep(10 + (visit.number % 7) * 20);
  socket.resetAndDestroy();
  client.destroy();
}

async function resetInHandshake(visit: Visit): Promise<void> {
  const socket = await tcp(visit);
  const client = tls(visit, { socket });
  client.on("error", () => {});
  await sleep(visit.number % 5);
  socket.resetAndDestroy();
  client.destroy();
}

async function tcp({ port }: Visit): Promise<Socket> {
  const socket = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  socket.on("error", () => {});
  return socket;
}

/** The server has to lose its patience. */
async function beSilent(visit: Visit): Promise<void> {
  await hungUp(await tcp(visit));
}

async function hungUp(socket: Socket): Promise<void> {
  const late = setTimeout(() => socket.destroy(new Error("the server does not hang up")), 15_000);
  const failures: Error[] = [];
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "ECONNRESET") failures.push(error);
  });
  socket.on("end", () => socket.end());
  socket.resume();
  await once(socket, "close");
  clearTimeout(late);
  if (failures[0] !== undefined) throw failures[0];
}

async function leaveWithoutAWord(visit: Visit): Promise<void> {
  const client = tls(visit);
  await once(client, "secureConnect");
  await sleep((visit.number % 10) * 30);
  client.destroy();
}

async function sayGarbage(visit: Visit): Promise<void> {
  const socket = await tcp(visit);
  socket.write(payload(`garbage ${visit.number}`, 1 + ((visit.number * 97) % 5000)));
  // With a few bytes only, the server waits for more.
  if (visit.number % 2 === 0) socket.end();
  await hungUp(socket);
}

/** What looks like a ClientHello at its beginning. */
async function sayHalfAHello(visit: Visit): Promise<void> {
  const socket = await tcp(visit);
  socket.end(Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3, visit.number & 0xff]));
  await hungUp(socket);
}

async function beRefused(visit: Visit): Promise<void> {
  await echo(visit, Buffer.from("let me in\n"), pair(visit.stranger)).then(
    () => {
      throw new Error("a stranger was let in");
    },
    () => {},
  );
}

async function opensslClient(visit: Visit, options: readonly string[] = []): Promise<void> {
  const input = `openssl ${visit.number}\n`;
  const command = [...opensslArguments(visit), "-quiet", "-no_ign_eof", ...options];
  const { stdout, stderr } = await run(command, { input });
  // It may leave at its EOF before the answer is there.
  if (stdout !== "" && stdout !== input) throw new Error(`openssl: ${stdout}${stderr}`);
}

async function certifiedOpenssl(visit: Visit): Promise<void> {
  await opensslClient(visit, opensslCertificate(visit.certified));
}

async function gnutlsClient({ port, authority, number }: Visit): Promise<void> {
  const input = `gnutls ${number}\n`;
  const { code, stdout, stderr } = await run(
    [
      ...["gnutls-cli", "127.0.0.1", "--port", `${port}`, "--x509cafile", authority.certFile],
      ...["--sni-hostname", SERVER_NAME, "--verify-hostname", SERVER_NAME],
    ],
    { input },
  );
  if (code !== 0 || !stdout.includes(input)) throw new Error(`gnutls-cli: ${code} ${stderr}`);
}

async function curl({ port, authority }: Visit): Promise<void> {
  const { code, stdout, stderr } = await run([
    ...["curl", "--silent", "--show-error", "--cacert", authority.certFile, "--max-time", "20"],
    ...["--noproxy", "*", "--resolve", `${SERVER_NAME}:${port}:127.0.0.1`],
    `https://${SERVER_NAME}:${port}/`,
  ]);
  if (code !== 0 || stdout !== "A page.") throw new Error(`curl: ${code} ${stdout} ${stderr}`);
}

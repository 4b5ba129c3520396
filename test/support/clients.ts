import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { afterEach } from "vitest";
import { type Authority, SERVER_NAME } from "./certificates.ts";
import { within } from "./limits.ts";
import { type Ended, everything, type Running, run, start } from "./processes.ts";
import { Wire } from "./wire.ts";

const HANDSHAKE_MS = 10_000;

/** Options of a client that takes TLS 1.2, where TLS 1.3 is on offer, too. */
export const TLS12 = { maxVersion: "TLSv1.2" } as const;

/** Each version, and options of Node for each hash that its secrets are made with. */
export const VERSIONS_BY_HASH = [
  ["TLSv1.2", TLS12],
  ["TLSv1.2", { ...TLS12, ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" }],
  ["TLSv1.3", {}],
  ["TLSv1.3", { ciphers: "TLS_AES_256_GCM_SHA384" }],
] as const;

/** Each as `maxVersion` of a client makes it the version that is spoken. */
export const VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

/** Node takes `allowHalfOpen` here, as every socket of its does; its types forgot. */
type ClientOptions = ConnectionOptions & { allowHalfOpen?: boolean };

/** Where a client goes, and whom it trusts there. */
export interface Destination {
  port: number;
  authority: Authority;
}

/** Node's own TLS client, after its handshake. It checks the server's chain and name. */
export async function connect(
  { port, authority }: Destination,
  options: ClientOptions = {},
): Promise<TLSSocket> {
  const socket = connectTls({
    host: "127.0.0.1",
    port,
    ca: readFileSync(authority.certFile),
    servername: SERVER_NAME,
    ...options,
  });
  return established(socket);
}

/**
 * The code of the error that a client gets in place of anything else. In TLS 1.3 a client is done
 * before the server has judged what it sent, and hears only afterwards that it is refused.
 */
export async function failureOf(
  destination: Destination,
  options: ClientOptions = {},
): Promise<string> {
  const heard = connect(destination, options).then(everything);
  return heard.then(
    (bytes) => `no error, but ${bytes.length} bytes and EOF`,
    (error: NodeJS.ErrnoException) => `${error.code}`,
  );
}

/** The same client over a wire that the test can watch and break. */
export async function connectByWire(
  destination: Destination,
  options: ClientOptions = {},
): Promise<{ client: TLSSocket; wire: Wire }> {
  const wire = await newWire(destination.port);
  const client = await connect(destination, { ...options, socket: wire });
  // With a socket of its own making, Node's client hangs up by itself.
  client.once("error", () => wire.destroy());
  client.once("close", () => wire.destroy());
  return { client, wire };
}

/** A wire with no client yet, for tests that break the handshake. */
export async function newWire(port: number): Promise<Wire> {
  return new Wire(await connectRaw(port));
}

/** A TCP connection, for clients that speak no TLS, or bad TLS. */
export async function connectRaw(port: number, localAddress = "127.0.0.1"): Promise<Socket> {
  const socket = connectTcp({ host: "127.0.0.1", port, localAddress, allowHalfOpen: true });
  opened.add(socket);
  await within(HANDSHAKE_MS, "a TCP connection", once(socket, "connect"));
  return socket;
}

/** The first thing that Node's client says: one record with a ClientHello. */
export async function clientHello(options: ClientOptions = {}): Promise<Buffer> {
  const cable = new PassThrough();
  const ends = Duplex.from({ readable: new PassThrough(), writable: cable });
  const client = connectTls({ socket: ends, servername: SERVER_NAME, ...options });
  client.on("error", () => {});
  const [hello] = await within(HANDSHAKE_MS, "a ClientHello", once(cable, "data"));
  client.destroy();
  return hello as Buffer;
}

/** Sends text, half-closes with close_notify and FIN, and gives everything that comes back. */
export async function exchange(client: TLSSocket, text: string): Promise<string> {
  const answer = everything(client);
  client.end(text);
  return (await answer).toString();
}

/** The next bytes that come, up to and including a text. */
export function receiveUntil(client: Socket, text: string): Promise<string> {
  const received = new Promise<string>((resolve, reject) => {
    let soFar = "";
    const look = (chunk: Buffer) => {
      soFar += chunk.toString();
      if (!soFar.includes(text)) return;
      client.off("data", look);
      client.off("error", reject);
      resolve(soFar);
    };
    client.on("data", look);
    client.once("error", reject);
    client.once("end", () => reject(new Error(`EOF before ${JSON.stringify(text)}: ${soFar}`)));
  });
  return within(10_000, `the text ${JSON.stringify(text)}`, received);
}

/** The arguments with which openssl s_client goes to a destination and checks its certificate. */
export function opensslArguments({ port, authority }: Destination): string[] {
  return [
    ...["openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-brief"],
    ...["-CAfile", authority.certFile, "-verify_return_error"],
    ...["-servername", SERVER_NAME, "-verify_hostname", SERVER_NAME],
  ];
}

/** openssl s_client that reads until the server's EOF. */
export function openssl(destination: Destination, options: string[] = []): Promise<Ended> {
  return run([...opensslArguments(destination), "-ign_eof", ...options]);
}

/** gnutls-cli, which half-closes with close_notify (and no FIN) after its input. */
export function gnutls(
  { port, authority }: Destination,
  { options = [], input = "" }: { options?: string[]; input?: string } = {},
): Promise<Ended> {
  return run([...gnutlsArguments({ port, authority }), ...options], { input });
}

/** gnutls-cli whose input stays open. */
export function startGnutls(destination: Destination): Running {
  return start(gnutlsArguments(destination));
}

function gnutlsArguments({ port, authority }: Destination): string[] {
  return [
    ...["gnutls-cli", "127.0.0.1", "--port", String(port), "--x509cafile", authority.certFile],
    ...["--sni-hostname", SERVER_NAME, "--verify-hostname", SERVER_NAME],
  ];
}

const opened = new Set<Socket>();

afterEach(() => {
  for (const socket of opened) socket.destroy();
  opened.clear();
});

async function established(socket: TLSSocket): Promise<TLSSocket> {
  opened.add(socket);
  await within(HANDSHAKE_MS, "the handshake", once(socket, "secureConnect"));
  return socket;
}

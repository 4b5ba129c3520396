import { readFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import type { WrapClientOptions } from "../../../src/index.ts";
import { Authority, derCertificate, SERVER_NAME } from "../../support/certificates.ts";
import { bearhug, secured, type TlsStream } from "../../support/library.ts";
import { nextConnection } from "../../support/tls-servers.ts";
import type { TicketMessage } from "../peer/messages.ts";
import type { Psk } from "../peer/psk.ts";
import { Tls13Server } from "../peer/server.ts";
import type { ServerSettings } from "../peer/server-hello.ts";

/** Our client, over a stream of its own, with a server of the tests that resumes. */

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);
const usual = { certificates: [derCertificate(credentials.certFile)], key: credentials.key };

export type Options = WrapClientOptions;

let tests = 0;

/** Options of a client that has no session yet: their own protocol makes it another one. */
export function newClient(): Options {
  return { servername: SERVER_NAME, ca, ALPNProtocols: [`client-${tests++}`] };
}

/** Both ends of a connection, before the first byte. */
export async function meet(
  options: Options,
  settings: Partial<ServerSettings> = {},
): Promise<{ client: TlsStream; server: Tls13Server }> {
  const { port, socket } = await nextConnection();
  const client = bearhug.wrap(connectTcp(port, "127.0.0.1"), options) as TlsStream;
  const server = new Tls13Server(await socket, { ...usual, ...settings });
  return { client, server };
}

/** A whole handshake. */
export async function established(options: Options, settings: Partial<ServerSettings> = {}) {
  const { client, server } = await meet(options, settings);
  await Promise.all([secured(client), server.establish()]);
  return { client, server };
}

/** The client's event `session`, behind a ticket and a byte of data. */
export async function sessionsOf(
  { client, server }: { client: TlsStream; server: Tls13Server },
  ...tickets: Partial<TicketMessage>[]
): Promise<{ sessions: Buffer[]; psks: Psk[] }> {
  const sessions: Buffer[] = [];
  client.on("session", (session: Buffer) => sessions.push(session));
  const psks = tickets.map((ticket) => server.issueTicket(ticket));
  const data = new Promise((resolve) => client.once("data", resolve));
  server.send("x");
  await data;
  return { sessions, psks };
}

/** A client that has a session, and what its server must know to resume it. */
export async function withSession(
  options = newClient(),
  settings: Partial<ServerSettings> = {},
  ticket: Partial<TicketMessage> = {},
): Promise<{ options: Options; psks: Psk[] }> {
  const both = await established(options, settings);
  const { psks } = await sessionsOf(both, ticket);
  both.client.destroy();
  return { options, psks };
}

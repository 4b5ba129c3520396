/** A server's fatal alert is heard at each state of our client, and has no answer. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, derCertificate, SERVER_NAME } from "../../support/certificates.ts";
import { bearhug, failureOf, secured } from "../../support/library.ts";
import { nextConnection } from "../../support/tls-servers.ts";
import { RECORD } from "../../support/wire.ts";
import { ALERT, GROUP, LEVEL } from "../peer/numbers.ts";
import { Tls13Server } from "../peer/server.ts";
import type { ServerSettings } from "../peer/server-hello.ts";

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);

type Prepare = (server: Tls13Server) => Promise<void>;

const STATES: Readonly<Record<string, readonly [Prepare, Partial<ServerSettings>?]>> = {
  "in the clear, in place of a hello": [
    async (server) => {
      await server.hearHello();
    },
  ],
  "in the clear, after a retry": [
    async (server) => {
      await server.hearHello();
      server.retry();
      await server.hearHello();
    },
    { groups: [GROUP.secp384r1] },
  ],
  "under the handshake's keys, after the hello": [
    async (server) => {
      await server.hearHello();
      server.greet();
    },
  ],
  "under the handshake's keys, after EncryptedExtensions": [
    async (server) => {
      await server.hearHello();
      server.greet();
      server.say(server.encryptedExtensions());
    },
  ],
  "under the handshake's keys, after the certificate": [
    async (server) => {
      await server.hearHello();
      server.greet();
      server.say(server.encryptedExtensions(), server.certificate());
    },
  ],
  "after the server's flight": [
    async (server) => {
      await server.hearHello();
      server.greet();
      server.flight();
    },
  ],
  "after the handshake": [(server) => server.establish()],
};

async function meeting(settings: Partial<ServerSettings> = {}) {
  const { port, socket } = await nextConnection();
  const client = bearhug.connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca });
  const server = new Tls13Server(await socket, {
    ...{ certificates: [derCertificate(credentials.certFile)], key: credentials.key },
    ...{ suites: [0x1303], ...settings },
  });
  return { client, server };
}

describe("a server's fatal alert", () => {
  it.each(Object.entries(STATES))("%s is heard, and not answered", async (_, [prepare, given]) => {
    const { client, server } = await meeting(given);
    const failed = failureOf(client);
    await prepare(server);
    server.alert(ALERT.handshakeFailure);
    server.records.socket.end();
    expect(await failed).toMatchObject({
      ...{ code: "ERR_BEARHUG_RECV_FATAL_ALERT", alert: "handshake_failure", side: "peer" },
    });
    expect(await server.lastWords()).toEqual([]);
  });

  it("in the clear is none, once there are keys: a stranger could have sent it", async () => {
    const { client, server } = await meeting();
    await Promise.all([secured(client), server.establish()]);
    const failed = failureOf(client);
    server.records.outgoing = null;
    server.alert(ALERT.handshakeFailure);
    expect(await server.lastWords()).toEqual([
      { level: LEVEL.fatal, description: ALERT.unexpectedMessage, sealed: true },
    ]);
    server.records.socket.end();
    expect(await failed).toMatchObject({ alert: "unexpected_message" });
  });

  it("of half the length is refused", async () => {
    const { client, server } = await meeting();
    await Promise.all([secured(client), server.establish()]);
    const failed = failureOf(client);
    server.records.send(RECORD.alert, Buffer.of(LEVEL.fatal));
    expect((await server.lastWords()).map(({ description }) => description)).toEqual([
      ALERT.decodeError,
    ]);
    server.records.socket.end();
    expect(await failed).toMatchObject({ alert: "decode_error" });
  });
});

/**
 * Once a client has said hello, a ChangeCipherSpec of one byte 1 means nothing until the server's
 * Finished (RFC 8446, 5): in front of the ServerHello, too, where no version is chosen yet. At most two
 * are overlooked, and none of a server that chooses TLS 1.2.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, derCertificate, SERVER_NAME } from "../../support/certificates.ts";
import { bearhug, failureOf, secured } from "../../support/library.ts";
import { nextConnection } from "../../support/tls-servers.ts";
import { RECORD } from "../../support/wire.ts";
import { ALERT, GROUP, LEVEL } from "../peer/numbers.ts";
import { Tls13Server } from "../peer/server.ts";

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);
const certificates = [derCertificate(credentials.certFile)];

describe.each(["modern", "strict"] as const)("a client with the profile %s", (profile) => {
  /** Our client, and a server that has heard its hello. */
  async function meeting(group: number = GROUP.x25519) {
    const { port, socket } = await nextConnection();
    const stream = bearhug.connect({
      ...{ host: "127.0.0.1", port, servername: SERVER_NAME, ca, profile },
    });
    const server = new Tls13Server(await socket, {
      ...{ certificates, key: credentials.key, suites: [0x1303], groups: [group] },
    });
    await server.hearHello();
    return { stream, server };
  }

  /** The rest of the handshake, and a word of the server's. */
  async function goesOn({ stream, server }: Awaited<ReturnType<typeof meeting>>) {
    server.greet();
    server.flight();
    await secured(stream);
    await server.clientFlight();
    server.send("heard");
    const [word] = await once(stream, "data");
    expect(String(word)).toBe("heard");
  }

  it("overlooks one in front of the ServerHello", async () => {
    const ends = await meeting();
    ends.server.records.changeCipherSpec();
    await goesOn(ends);
  });

  it("overlooks one that comes byte by byte, with the ServerHello in pieces behind it", async () => {
    const ends = await meeting();
    ends.server.records.segmentLength = 1;
    ends.server.records.changeCipherSpec();
    ends.server.records.fragmentLength = 50;
    await goesOn(ends);
  });

  it("overlooks one in front of a retry, if none stands behind it", async () => {
    const ends = await meeting(GROUP.secp384r1);
    const { server } = ends;
    expect(server.hasShare).toBe(false);
    server.records.changeCipherSpec();
    server.retry();
    await server.hearHello();
    await goesOn(ends);
  });

  it.each<[string, (server: Tls13Server) => void]>([
    ["three of them", (server) => repeated(server, 3)],
    ["one thousand", (server) => repeated(server, 1000)],
    [
      "two of them, and the usual one behind the ServerHello",
      (server) => {
        repeated(server, 2);
        server.greet();
      },
    ],
    ["one of no byte", (server) => server.records.changeCipherSpec(Buffer.of())],
    ["one of two bytes", (server) => server.records.changeCipherSpec(Buffer.of(1, 1))],
    ["one of 2", (server) => server.records.changeCipherSpec(Buffer.of(2))],
    [
      "one with two messages in it",
      (server) => {
        server.records.changeCipherSpec();
        server.records.changeCipherSpec(Buffer.of(1, 1));
      },
    ],
    [
      "one between two pieces of the ServerHello",
      (server) => {
        server.exchange();
        const hello = server.hello();
        server.records.sendInTheClear(RECORD.handshake, hello.subarray(0, 20));
        server.records.changeCipherSpec();
        server.records.sendInTheClear(RECORD.handshake, hello.subarray(20));
      },
    ],
  ])("refuses %s: unexpected_message", async (_, commit) => {
    const { stream, server } = await meeting();
    const failed = failureOf(stream);
    commit(server);
    await expectRefusal(server, "unexpectedMessage");
    server.records.socket.end();
    expect((await failed).message).toContain("sent the alert unexpected_message");
  });
});

it("one in front of a ServerHello of TLS 1.2 is refused: unexpected_message", async () => {
  const { port, socket } = await nextConnection();
  const stream = bearhug.connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca });
  const failed = failureOf(stream);
  const server = new Tls13Server(await socket, { certificates, key: credentials.key });
  await server.hearHello();
  server.records.changeCipherSpec();
  server.say(server.hello({ suite: 0xcca9, sessionId: Buffer.of(), extensions: () => [] }));
  await expectRefusal(server, "unexpectedMessage");
  server.records.socket.end();
  expect((await failed).message).toContain("sent the alert unexpected_message");
});

function repeated(server: Tls13Server, times: number): void {
  for (let n = 0; n < times; n++) server.records.changeCipherSpec();
}

async function expectRefusal(server: Tls13Server, alert: keyof typeof ALERT): Promise<void> {
  const words = await server.lastWords();
  const said = words.map(({ level, description }) => ({ level, description }));
  expect(said).toEqual([{ level: LEVEL.fatal, description: ALERT[alert] }]);
}

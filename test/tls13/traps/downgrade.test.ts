/** A server that could speak TLS 1.3 or 1.2, and is asked for less, says so in its random (4.1.3). */
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { clientHello, connectRaw } from "../../support/clients.ts";
import { lastWords } from "../../support/last-words.ts";
import { bearhug, failureOf } from "../../support/library.ts";
import { within } from "../../support/limits.ts";
import { nextConnection } from "../../support/tls-servers.ts";
import { Tls12Client } from "../../support/tls12-client.ts";
import { messages } from "../../support/tls12-messages.ts";
import { RECORD, records } from "../../support/wire.ts";
import { ALERT, DOWNGRADED_TO_12 } from "../peer/numbers.ts";
import { ourServer } from "./our-server.ts";

const FALLBACK = 0x5600;
const SUITE = 0xcca9;

async function randomOf(maxVersion: "TLSv1.2" | null): Promise<Buffer> {
  const { port } = await ourServer(maxVersion === null ? {} : { maxVersion });
  const client = await Tls12Client.connect(port);
  await client.upToServerFlight();
  const [hello] = messages(client.records.transcript).filter(({ type }) => type === 2);
  client.records.socket.destroy();
  return hello?.body.subarray(2, 34) ?? Buffer.of();
}

describe("a client of TLS 1.2", () => {
  it("reads it in the random of a server that has TLS 1.3", async () => {
    expect((await randomOf(null)).subarray(-8)).toEqual(DOWNGRADED_TO_12);
  });

  it("doesn't, where TLS 1.2 is the most that is offered", async () => {
    expect((await randomOf("TLSv1.2")).includes("DOWNGRD")).toBe(false);
  });

  it("that has fallen back to it is told that there was no need", async () => {
    const { port } = await ourServer();
    const client = await Tls12Client.connect(port);
    client.greet({ suites: [SUITE, FALLBACK] });
    expect(await lastWords(client)).toMatchObject({ alert: ALERT.inappropriateFallback });
  });

  it("that has fallen back is served, where TLS 1.2 is the most that is offered", async () => {
    const { port } = await ourServer({ maxVersion: "TLSv1.2" });
    const client = await Tls12Client.connect(port);
    client.greet({ suites: [SUITE, FALLBACK] });
    await client.serverFlight();
  });
});

const OLD = { ciphers: "ALL@SECLEVEL=0", minVersion: "TLSv1" } as const;

/** The random that a server with the profile legacy gives a client of an older version. */
async function randomFor(
  version: "TLSv1" | "TLSv1.1",
  maxVersion: "TLSv1.3" | "TLSv1.2" | "TLSv1.1",
): Promise<Buffer> {
  const { port } = await ourServer({ profile: "legacy", maxVersion });
  const socket = await connectRaw(port);
  socket.write(await clientHello({ ...OLD, maxVersion: version }));
  const [answer] = await within(10_000, "a ServerHello", once(socket, "data"));
  socket.destroy();
  const [hello] = records(answer as Buffer);
  expect([hello?.type, hello?.body[0]]).toEqual([RECORD.handshake, 2]);
  return hello?.body.subarray(6, 38) ?? Buffer.of();
}

const DOWNGRADED = Buffer.from("DOWNGRD\0");

describe.each(["TLSv1.1", "TLSv1"] as const)("a client of %s", (version) => {
  it.each(["TLSv1.3", "TLSv1.2"] as const)(
    "reads it in the random of a server that has %s",
    async (most) => {
      expect((await randomFor(version, most)).subarray(-8)).toEqual(DOWNGRADED);
    },
  );

  it("doesn't, where TLS 1.1 is the most that is offered", async () => {
    expect((await randomFor(version, "TLSv1.1")).includes("DOWNGRD")).toBe(false);
  });
});

/** A ServerHello of TLS 1.1 (RFC 4346, 7.4.1.3), and nothing behind it. */
function helloOfTls11(end: Buffer): Buffer {
  const random = Buffer.concat([Buffer.alloc(24, 7), end]);
  const body = Buffer.concat([Buffer.of(3, 2), random, Buffer.of(0, 0xc0, 0x09, 0)]);
  const message = Buffer.concat([Buffer.of(2, 0, 0, body.length), body]);
  return Buffer.concat([Buffer.of(RECORD.handshake, 3, 2, 0, message.length), message]);
}

describe("a client whose most is TLS 1.2, brought down to 1.1", () => {
  async function answered(end: Buffer) {
    const { port, socket } = await nextConnection();
    const limits = { profile: "legacy", maxVersion: "TLSv1.2" } as const;
    const client = bearhug.connect({
      port,
      servername: null,
      rejectUnauthorized: false,
      ...limits,
    });
    const failed = failureOf(client);
    const peer = await socket;
    peer.write(helloOfTls11(end));
    peer.end();
    return failed;
  }

  it("refuses a server that could have 1.2", async () => {
    expect(await answered(DOWNGRADED)).toMatchObject({
      ...{ code: "ERR_BEARHUG_DOWNGRADE", alert: "illegal_parameter" },
    });
  });

  it("goes on with one that can't", async () => {
    expect(await answered(Buffer.alloc(8, 7))).toMatchObject({ code: "ERR_BEARHUG_TRUNCATED" });
  });
});

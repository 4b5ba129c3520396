/** Early data that a server refuses is skipped: within a bound, and never once a record has opened. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { clearRecord } from "../../support/tls12-messages.ts";
import { RECORD } from "../../support/wire.ts";
import { Tls13Client } from "../peer/client.ts";
import type { ClientSettings } from "../peer/client-hello.ts";
import { earlyData } from "../peer/extensions.ts";
import { ALERT } from "../peer/numbers.ts";
import { SUITES } from "../peer/protection.ts";
import type { Psk } from "../peer/psk.ts";
import { RETRIED } from "./misdeed.ts";
import { ourServer } from "./our-server.ts";

/** Of a server that is not ours. */
const TICKET: Psk = {
  ...{ identity: randomBytes(160), key: randomBytes(32), suite: SUITES[0] },
  ...{ resumption: true, age: 1234 },
};

const BOUND = 16_384 + 256;

async function greeting(settings: ClientSettings = {}): Promise<Tls13Client> {
  const { port } = await ourServer();
  const client = await Tls13Client.connect(port, { psks: [TICKET], ...settings });
  client.greet({ extensions: (usual) => [...usual, earlyData()] });
  return client;
}

function early(client: Tls13Client, length: number): void {
  client.records.raw(clearRecord(RECORD.applicationData, randomBytes(length)));
}

describe("a client that tries early data", () => {
  it.each([
    ["none", []],
    ["a little", [100]],
    ["in many records", Array.from({ length: 60 }, () => 200)],
    ["as much as there may be", [8000, 8000, 500]],
  ])("is served, when it sends %s", async (_name, lengths) => {
    const client = await greeting();
    for (const length of lengths) early(client, length);
    await client.serverHello();
    expect(client.resumed).toBe(false);
    await client.serverFlight();
    client.finish();
    expect(await client.echo("through")).toBe("through");
  });

  it("is served without a ticket, too, as by BoringSSL and OpenSSL", async () => {
    const client = await greeting({ psks: [] });
    early(client, 100);
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("through")).toBe("through");
  });

  it("is served after a retry, and what it sent before is skipped", async () => {
    const client = await greeting(RETRIED);
    for (let count = 0; count < 10; count++) early(client, 1000);
    await client.serverHello();
    expect(client.retried).toBe(true);
    client.changeCipherSpec();
    client.greet();
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("through")).toBe("through");
  });

  it("is refused, when it sends more than there may be", async () => {
    const client = await greeting();
    await client.serverHello();
    await client.serverFlight();
    for (let sent = 0; sent <= BOUND; sent += 1000) early(client, 1000);
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.badRecordMac }]);
  });

  it("is refused, when it sends empty records without end", async () => {
    const client = await greeting();
    await client.serverHello();
    await client.serverFlight();
    for (let count = 0; count < BOUND + 1; count++) early(client, 0);
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.badRecordMac }]);
  });
});

describe("a forged record", () => {
  it("after a Finished in pieces has begun is not skipped", async () => {
    const client = await greeting();
    early(client, 100);
    await client.serverHello();
    await client.serverFlight();
    client.protect();
    client.mutter(client.finished().subarray(0, 10));
    early(client, 100);
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.badRecordMac }]);
  });

  it("after the handshake is not skipped", async () => {
    const client = await greeting();
    early(client, 100);
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("through")).toBe("through");
    early(client, 100);
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.badRecordMac }]);
  });

  it("after a second hello is not skipped", async () => {
    const client = await greeting(RETRIED);
    early(client, 100);
    await client.serverHello();
    client.greet();
    await client.serverHello();
    await client.serverFlight();
    early(client, 100);
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.badRecordMac }]);
  });
});

describe("a ticket that is not ours", () => {
  it.each([1, 2, 31, 32, 55, 56, 57, 160, 161, 2000, 10_000])(
    "of %i bytes leads to a full handshake",
    async (length) => {
      const { port } = await ourServer();
      const psks = [{ ...TICKET, identity: randomBytes(length) }];
      const client = await Tls13Client.connect(port, { psks });
      await client.establish();
      expect(client.resumed).toBe(false);
      expect(await client.echo("through")).toBe("through");
    },
  );

  it("leads to one after a retry, too, and several do", async () => {
    const { port } = await ourServer();
    const psks = [TICKET, { ...TICKET, suite: SUITES[2], key: randomBytes(48) }, TICKET];
    const client = await Tls13Client.connect(port, { psks, ...RETRIED });
    await client.establish();
    expect([client.retried, client.resumed]).toEqual([true, false]);
    expect(await client.echo("through")).toBe("through");
  });
});

/** KeyUpdates: any number in a connection's life, one answer for many requests, none unasked. */
import { describe, expect, it } from "vitest";
import { Tls13Client } from "../peer/client.ts";
import { UPDATE } from "../peer/messages.ts";
import { SUITES } from "../peer/protection.ts";
import { ourServer } from "./our-server.ts";

async function connected(suite: number = SUITES[0].id): Promise<Tls13Client> {
  const client = await Tls13Client.connect((await ourServer()).port, { suites: [suite] });
  await client.establish();
  return client;
}

describe.each(SUITES)("with $name", ({ id }) => {
  it("a thousand, with data between them", async () => {
    const client = await connected(id);
    for (let count = 0; count < 1000; count++) {
      client.updateKey();
      client.send("x");
    }
    expect((await client.receive(1000)).toString()).toBe("x".repeat(1000));
    expect(client.keyUpdates).toBe(0);
  });

  it("requests are answered, each before the data that follows it", async () => {
    const client = await connected(id);
    for (let count = 1; count <= 20; count++) {
      client.updateKey(UPDATE.requested);
      expect(await client.echo("over")).toBe("over");
      expect(client.keyUpdates).toBe(count);
    }
  });
});

it("32 requests in a row get one answer, since there is no data between them", async () => {
  const client = await connected();
  client.records.hold();
  for (let count = 0; count < 32; count++) client.updateKey(UPDATE.requested);
  client.send("over");
  client.records.release();
  expect((await client.receive(4)).toString()).toBe("over");
  expect(client.keyUpdates).toBe(1);
});

it("a thousand requests of a client that doesn't read cost no more answers than data", async () => {
  const client = await connected();
  for (let count = 0; count < 1000; count++) {
    client.updateKey(UPDATE.requested);
    client.send("x");
  }
  expect((await client.receive(1000)).toString()).toBe("x".repeat(1000));
  expect(client.keyUpdates).toBeGreaterThan(0);
  expect(client.keyUpdates).toBeLessThanOrEqual(1000);
});

it("a KeyUpdate in pieces is one, all the same", async () => {
  const client = await connected();
  client.records.fragmentLength = 1;
  client.updateKey(UPDATE.requested);
  client.records.fragmentLength = 1 << 14;
  expect(await client.echo("over")).toBe("over");
  expect(client.keyUpdates).toBe(1);
});

/** Records at their limits, in numbers, in pieces; and record_size_limit (RFC 8449). */
import { describe, expect, it } from "vitest";
import { payload } from "../../support/payload.ts";
import { Tls13Client } from "../peer/client.ts";
import { recordSizeLimit } from "../peer/extensions.ts";
import { EXTENSION } from "../peer/numbers.ts";
import { SUITES } from "../peer/protection.ts";
import { ourServer } from "./our-server.ts";

const LARGEST = 1 << 14;

async function connected(suite: number = SUITES[0].id): Promise<Tls13Client> {
  const client = await Tls13Client.connect((await ourServer()).port, { suites: [suite] });
  await client.establish();
  return client;
}

describe.each(SUITES)("with $name", ({ id }) => {
  it("300 records both ways", async () => {
    const client = await connected(id);
    for (let count = 0; count < 300; count++) {
      expect(await client.echo(`record ${count}`)).toBe(`record ${count}`);
    }
  });

  it.each([1, 255, 256, LARGEST - 1, LARGEST])("a record of %i bytes", async (length) => {
    const client = await connected(id);
    const bytes = payload("a record", length);
    client.send(bytes);
    expect(await client.receive(length)).toEqual(bytes);
  });
});

it.each([
  [0, LARGEST],
  [1, LARGEST - 1],
  [100, LARGEST - 100],
  [LARGEST - 1, 1],
])("a record of %i bytes with %i bytes of padding", async (length, padding) => {
  const client = await connected();
  client.records.padding = padding;
  client.send(Buffer.alloc(length, "x"));
  client.records.padding = 0;
  client.send("end");
  expect((await client.receive(length + 3)).toString()).toBe(`${"x".repeat(length)}end`);
});

it("a handshake in records of one byte, each of them padded", async () => {
  const client = await Tls13Client.connect((await ourServer()).port);
  client.records.fragmentLength = 1;
  client.records.padding = 3;
  await client.establish();
  client.records.fragmentLength = LARGEST;
  expect(await client.echo("through")).toBe("through");
});

it("32 empty records in a row are legal, and data begins the count anew", async () => {
  const client = await connected();
  for (let round = 0; round < 5; round++) {
    for (let count = 0; count < 32; count++) client.send("");
    expect(await client.echo("still here")).toBe("still here");
  }
});

it("user_canceled is not the end, four times", async () => {
  const client = await connected();
  for (let count = 0; count < 4; count++) client.alert(90, 1);
  expect(await client.echo("still here")).toBe("still here");
});

it("two ChangeCipherSpecs before Finished are overlooked", async () => {
  const client = await Tls13Client.connect((await ourServer()).port);
  await client.upToFinish();
  client.records.changeCipherSpec();
  client.finish();
  expect(await client.echo("through")).toBe("through");
});

describe("record_size_limit", () => {
  it.each([64, 65, 512, 16_384, 16_385, 65_535])("of %i is obeyed", async (limit) => {
    const client = await Tls13Client.connect((await ourServer()).port);
    client.greet({ extensions: (usual) => [...usual, recordSizeLimit(limit)] });
    await client.serverHello();
    const longest: number[] = [];
    const next = client.records.next.bind(client.records);
    client.records.next = async () => {
      const record = await next();
      // The inner type counts, and so does padding.
      if (record?.sealed) longest.push(record.content.length + record.padding + 1);
      return record;
    };
    await client.serverFlight();
    client.finish();
    client.send(Buffer.alloc(20_000, "x"));
    await client.receive(20_000);
    expect(Math.max(...longest)).toBeLessThanOrEqual(Math.min(limit, LARGEST + 1));
    const answer = client.encryptedExtensions.find(
      ({ type }) => type === EXTENSION.recordSizeLimit,
    );
    expect(answer?.content.readUInt16BE(0)).toBeGreaterThanOrEqual(LARGEST);
  });

  it("is not answered unless it was there", async () => {
    const client = await connected();
    expect(client.encryptedExtensions.map(({ type }) => type)).not.toContain(
      EXTENSION.recordSizeLimit,
    );
  });
});

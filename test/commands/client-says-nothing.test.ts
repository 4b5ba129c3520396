/**
 * Records without data, as many as a client likes: up to 32 in a row are nothing, and data in between
 * makes it forget them; one more ends the connection.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ALERT, FATAL, WARNING } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { RECORD } from "../support/wire.ts";

const credentials = Authority.root().issue();

const MOST = 32;

const NOTHINGS: [string, (client: Tls12Client) => void][] = [
  ["empty records", ({ records }) => records.send(RECORD.applicationData, Buffer.of())],
  ["warnings", ({ records }) => records.send(RECORD.alert, Buffer.of(WARNING, ALERT.userCanceled))],
  ["refused hellos", (client) => client.records.send(RECORD.handshake, client.hello())],
];

async function visitor(): Promise<Tls12Client> {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  return client;
}

/** The next record that is neither data nor a warning; null for the end. */
async function fatalAlert({ records }: Tls12Client): Promise<number | null> {
  for (;;) {
    const record = await records.next();
    if (record === null) return null;
    const [level, description = 0] = record.content;
    if (record.type === RECORD.alert && level === FATAL) return description;
  }
}

/** The echo of what is said now, past the warnings that answer what was said before. */
async function echo({ records }: Tls12Client, text: string): Promise<string> {
  records.send(RECORD.applicationData, Buffer.from(text));
  for (;;) {
    const record = await records.next();
    if (record === null) throw new Error("EOF");
    if (record.type === RECORD.applicationData) return record.content.toString();
    expect(record.content[0]).toBe(WARNING);
  }
}

it.each(NOTHINGS)(`${MOST} %s in a row, again and again with data between`, async (_, send) => {
  const client = await visitor();
  for (let turn = 0; turn < 3; turn++) {
    for (let count = 0; count < MOST; count++) send(client);
    expect(await echo(client, `turn ${turn}`)).toBe(`turn ${turn}`);
  }
});

it.each(NOTHINGS)(`one more than ${MOST} %s in a row: unexpected_message`, async (_, send) => {
  const client = await visitor();
  for (let count = 0; count < MOST + 1; count++) send(client);
  expect(await fatalAlert(client)).toBe(ALERT.unexpectedMessage);
});

it("kinds that take turns are counted together", async () => {
  const client = await visitor();
  for (let count = 0; count < MOST + 1; count++) NOTHINGS[count % NOTHINGS.length]?.[1](client);
  expect(await fatalAlert(client)).toBe(ALERT.unexpectedMessage);
});

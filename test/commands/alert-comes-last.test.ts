/**
 * An error that arrives together with what was right before it: the answer to that leaves first,
 * whole, and the alert after it.
 */
import { expect, it } from "vitest";
import { Authority, type Credentials, chainFile } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import { ALERT, serveGuarded } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { clearRecord, VERSION } from "../support/tls12-messages.ts";
import { RECORD } from "../support/wire.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Of another version than all records before it, wherever it comes. */
const badRecord = clearRecord(RECORD.handshake, Buffer.of(0, 0, 0, 0), VERSION.tls11);

const RECORD_MAX = 1 << 14;

/** With so many certificates that the server's first flight does not fit in one record. */
const longChain: Credentials = {
  ...credentials,
  certFile: chainFile(credentials.certFile, ...Array<string>(60).fill(authority.certFile)),
};

it.each([
  ["one record", credentials, 0],
  ["several records", longChain, RECORD_MAX],
])("behind a ClientHello: a flight of %s, and then the alert", async (_, served, moreThan) => {
  const { listener, refusal } = await serveGuarded(served);
  const client = await Tls12Client.connect(listener.port);
  client.records.socket.cork();
  client.greet();
  client.records.raw(badRecord);
  client.records.socket.uncork();
  await client.serverFlight();
  expect(client.records.transcript.length).toBeGreaterThan(moreThan);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.protocolVersion, sealed: false });
  expect(await refusal()).toMatchObject({ code: 98 });
});

it("behind a Finished: the server's Finished, and then the alert, sealed", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await Tls12Client.connect(listener.port);
  await client.upToKeys();
  client.records.socket.cork();
  client.finish();
  client.records.raw(badRecord);
  client.records.socket.uncork();
  await client.serverFinished();
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.protocolVersion, sealed: true });
});

it("behind application data: prog reads it, and the client reads the alert", async () => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "cat >&2; exit 7"] });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  client.records.socket.cork();
  client.records.send(RECORD.applicationData, Buffer.from("genuine\n"));
  client.records.raw(badRecord);
  client.records.socket.uncork();
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.protocolVersion, sealed: true });
  const { code, stderr } = await (await listener.tunnel()).ended;
  expect(stderr).toContain("genuine\n");
  expect(code).toBe(7);
});

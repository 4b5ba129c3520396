/**
 * How a client cuts its messages into records, and its records into TCP segments, changes nothing:
 * neither what is served, nor which alert an error gets.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import type { Commit, ErrorName, Misdeed } from "../support/misdeed.ts";
import { misdeedsBeforeKeys } from "../support/misdeeds-before-keys.ts";
import { misdeedsInsteadOfFinished } from "../support/misdeeds-under-keys.ts";
import { ALERT, serveGuarded } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { VERSION } from "../support/tls12-messages.ts";
import { SUITE } from "../support/tls12-protection.ts";
import { RECORD } from "../support/wire.ts";

const credentials = Authority.root().issue();
const CHACHA20 = SUITE["ECDHE-ECDSA-CHACHA20-POLY1305"];
const CBC = SUITE["ECDHE-ECDSA-AES128-SHA"];

it.each([
  ["records of one byte", CHACHA20, 1],
  ["records of one byte, with CBC", CBC, 1],
  ["records of seven bytes", CHACHA20, 7],
])("a handshake in %s is served", async (_, suite, fragmentLength) => {
  const options = ["--tls-profile", "compat"];
  const listener = await serve({ credentials, options, prog: ["cat"] });
  const client = await Tls12Client.connect(listener.port, suite);
  client.records.fragmentLength = fragmentLength;
  await client.establish();
  expect(await client.echo("served\n")).toBe("served\n");
});

it("empty records between the pieces of a ClientHello are nothing", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await Tls12Client.connect(listener.port);
  const hello = client.hello();
  for (const piece of [hello.subarray(0, 50), Buffer.of(), hello.subarray(50)]) {
    client.records.send(RECORD.handshake, piece, VERSION.tls10);
  }
  await client.serverFlight();
  client.exchangeKeys();
  client.changeCipherSpec();
  client.finish();
  await client.serverFinished();
  expect(await client.echo("served\n")).toBe("served\n");
});

/** What these are about is inside a message, not how it came. */
const inMessages: ErrorName[] = ["BAD_HANDSHAKE", "OVERSIZED_ID", "BAD_FRAGLEN", "BAD_SECRENEG"];

it.each(misdeedsBeforeKeys.filter(({ error }) => inMessages.includes(error)))(
  "in records of one byte, $alert for $what",
  async (misdeed) => {
    await expectRefusal(misdeed, ({ records }) => {
      records.fragmentLength = 1;
    });
  },
);

it.each(misdeedsInsteadOfFinished.filter(({ error }) => error === "BAD_FINISHED"))(
  "in sealed records of one byte, $alert for $what",
  async (misdeed) => {
    await expectRefusal(misdeed, async (client) => {
      await client.upToKeys();
      client.records.fragmentLength = 1;
    });
  },
);

it.each(misdeedsBeforeKeys)("byte by byte, $alert for $what", async (misdeed) => {
  await expectRefusal(misdeed, ({ records }) => {
    records.sendsSingleBytes = true;
  });
});

it.each(misdeedsInsteadOfFinished)("byte by byte, $alert for $what", async (misdeed) => {
  await expectRefusal(misdeed, async (client) => {
    client.records.sendsSingleBytes = true;
    await client.upToKeys();
  });
});

it.each([
  ["application data", RECORD.applicationData, Buffer.from("in the middle")],
  ["a ChangeCipherSpec", RECORD.changeCipherSpec, Buffer.of(1)],
  ["a heartbeat", RECORD.heartbeat, Buffer.of(1, 0, 0)],
])("%s between the pieces of a ClientHello is unexpected", async (_, type, content) => {
  const commit: Commit = (client) => {
    client.records.send(RECORD.handshake, client.hello().subarray(0, 50), VERSION.tls10);
    client.records.send(type, content, VERSION.tls10);
  };
  await expectRefusal({ alert: "unexpectedMessage", commit }, () => {});
});

type Refused = Pick<Misdeed, "commit" | "alert">;

/** The client is refused before the server's ChangeCipherSpec, and prog has not run. */
async function expectRefusal({ commit, alert }: Refused, prepare: Commit): Promise<void> {
  const { listener, refusal } = await serveGuarded(credentials);
  const client = await Tls12Client.connect(listener.port);
  await prepare(client);
  await commit(client);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT[alert], sealed: false });
  expect(await refusal()).toMatchObject({ code: 98 });
}

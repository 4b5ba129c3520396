/**
 * Each error of BearSSL that a client can provoke reaches the client as the alert that RFC 5246 has
 * for it, and the operator as a message: in the clear until the server's ChangeCipherSpec, and
 * sealed after it.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import { alertInWords, type Misdeed, TOLD } from "../support/misdeed.ts";
import { misdeedsBeforeKeys } from "../support/misdeeds-before-keys.ts";
import {
  misdeedsAfterHandshake,
  misdeedsBehindFinished,
  misdeedsInsteadOfFinished,
} from "../support/misdeeds-under-keys.ts";
import { ALERT, serveGuarded } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";

const credentials = Authority.root().issue();

function message({ error, alert }: Misdeed): string {
  return `fatal: TLS error: ${TOLD[error]}; sent the alert ${alertInWords(alert)}\n`;
}

it.each(misdeedsBeforeKeys)("$alert for $what", async (misdeed) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const client = await Tls12Client.connect(listener.port);
  await misdeed.commit(client);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT[misdeed.alert], sealed: false });
  expect(await refusal()).toMatchObject({ code: 98, stderr: `s6-tlsd: ${message(misdeed)}` });
});

it.each(misdeedsInsteadOfFinished)("$alert for $what", async (misdeed) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const client = await Tls12Client.connect(listener.port);
  await client.upToKeys();
  await misdeed.commit(client);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT[misdeed.alert], sealed: false });
  expect(await refusal()).toMatchObject({ code: 98, stderr: `s6-tlsd: ${message(misdeed)}` });
});

it.each(misdeedsBehindFinished)("$alert for $what", async (misdeed) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const client = await Tls12Client.connect(listener.port);
  await client.upToKeys();
  await misdeed.commit(client);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT[misdeed.alert], sealed: true });
  expect(await refusal()).toMatchObject({ code: 98, stderr: `s6-tlsd: ${message(misdeed)}` });
});

it.each(misdeedsAfterHandshake)("after the handshake, $alert for $what", async (misdeed) => {
  const prog = ["sh", "-c", "cat >/dev/null; exit 7"];
  const listener = await serve({ credentials, prog });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  await misdeed.commit(client);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT[misdeed.alert], sealed: true });
  const tunnel = await listener.tunnel();
  // prog has run, so its exit code is the one that counts.
  expect(await tunnel.ended).toMatchObject({ code: 7, stderr: `s6-tlsd: ${message(misdeed)}` });
});

it.each(misdeedsAfterHandshake)("from s6-tlsd-io, $alert for $what", async (misdeed) => {
  const listener = await serve({
    credentials,
    program: "s6-tlsd-io",
    prog: ["3", "4"],
    pipes: 2,
  });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  await misdeed.commit(client);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT[misdeed.alert], sealed: true });
  const tunnel = await listener.tunnel();
  tunnel.descriptor(3).end();
  tunnel.descriptor(4).resume();
  expect(await tunnel.ended).toMatchObject({
    code: 98,
    stderr: `s6-tlsd-io: ${message(misdeed)}`,
  });
});

/**
 * A client's own alert gets no alert in return: a fatal one ends the connection, a warning does
 * nothing, and close_notify in place of a handshake is answered in kind.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ALERT, FATAL, serveGuarded, WARNING } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { RECORD } from "../support/wire.ts";

const credentials = Authority.root().issue();

const USER_CANCELED = 90;

it.each([
  ["a fatal one", [FATAL, ALERT.handshakeFailure]],
  ["one of a level that TLS does not know", [3, ALERT.handshakeFailure]],
  ["no_renegotiation, which leaves us nothing to do", [WARNING, ALERT.noRenegotiation]],
])("in the handshake, %s ends it without a word", async (_, alert) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const client = await Tls12Client.connect(listener.port);
  await client.upToServerFlight();
  client.records.send(RECORD.alert, Buffer.from(alert));
  expect(await client.records.next()).toBeNull();
  client.records.socket.end();
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: the peer sent the alert [a-z_]+\n$/);
  expect(code).toBe(98);
});

it("level and description may come in a record each", async () => {
  const { listener, refusal } = await serveGuarded(credentials);
  const client = await Tls12Client.connect(listener.port);
  await client.upToServerFlight();
  client.records.send(RECORD.alert, Buffer.of(FATAL));
  client.records.send(RECORD.alert, Buffer.of(ALERT.badRecordMac));
  expect(await client.records.next()).toBeNull();
  client.records.socket.end();
  expect(await refusal()).toMatchObject({
    code: 98,
    stderr: "s6-tlsd: fatal: TLS error: the peer sent the alert bad_record_mac\n",
  });
});

it("half an alert, and then an EOF, is no handshake", async () => {
  const { listener, refusal } = await serveGuarded(credentials);
  const client = await Tls12Client.connect(listener.port);
  await client.upToServerFlight();
  client.records.send(RECORD.alert, Buffer.of(FATAL));
  client.records.socket.end();
  expect(await client.records.next()).toBeNull();
  expect(await refusal()).toMatchObject({
    code: 98,
    stderr: "s6-tlsd: fatal: TLS error: EOF during the handshake\n",
  });
});

it("a warning is nothing", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await Tls12Client.connect(listener.port);
  await client.upToServerFlight();
  client.records.send(RECORD.alert, Buffer.of(WARNING, USER_CANCELED));
  client.exchangeKeys();
  client.changeCipherSpec();
  client.records.send(RECORD.alert, Buffer.of(WARNING, USER_CANCELED));
  client.finish();
  await client.serverFinished();
  client.records.send(RECORD.alert, Buffer.of(WARNING, USER_CANCELED));
  expect(await client.echo("served\n")).toBe("served\n");
});

it("close_notify in the handshake is answered by close_notify", async () => {
  const { listener, refusal } = await serveGuarded(credentials);
  const client = await Tls12Client.connect(listener.port);
  await client.upToServerFlight();
  client.records.send(RECORD.alert, Buffer.of(WARNING, ALERT.closeNotify));
  const answer = await client.records.next();
  expect([...(answer?.content ?? [])]).toEqual([WARNING, ALERT.closeNotify]);
  expect(await client.records.next()).toBeNull();
  client.records.socket.end();
  expect(await refusal()).toMatchObject({
    code: 98,
    stderr: "s6-tlsd: fatal: TLS error: the peer closed during the handshake\n",
  });
});

it("after the handshake, a fatal one ends the connection, and prog reads an EOF", async () => {
  const prog = ["sh", "-c", "cat >/dev/null; exit 7"];
  const listener = await serve({ credentials, prog });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  client.records.send(RECORD.alert, Buffer.of(FATAL, ALERT.badRecordMac));
  expect(await client.records.next()).toBeNull();
  client.records.socket.end();
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({
    code: 7,
    stderr: "s6-tlsd: fatal: TLS error: the peer sent the alert bad_record_mac\n",
  });
});

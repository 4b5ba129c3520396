/**
 * A handshake message whose inner lengths do not fit its outer ones, or each other, is refused with
 * decode_error (RFC 5246, 7.2.2: "some field was out of the specified range or the length of the
 * message was incorrect").
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import type { Commit } from "../support/misdeed.ts";
import { ALERT, serveGuarded } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { uint16, vector8, vector16 } from "../support/tls12-encoding.ts";
import { VERIFY_LENGTH } from "../support/tls12-keys.ts";
import { EXTENSION, extension, MESSAGE, message, serverName } from "../support/tls12-messages.ts";
import { SUITE } from "../support/tls12-protection.ts";
import { RECORD } from "../support/wire.ts";

const authority = Authority.root();
const ecdsa = authority.issue();
const rsa = authority.issue({ kind: "RSA-2048" });

const SESSION_ID_AT = 2 + 32;

/** A ClientHello whose body is what becomes of a right one's. */
function withBody(client: Tls12Client, change: (body: Buffer) => Buffer): void {
  const body = change(client.hello().subarray(4));
  client.records.send(RECORD.handshake, message(MESSAGE.clientHello, body), 0x0301);
}

/** A ClientHello of version, random and empty session identifier, and then this. */
function withRest(client: Tls12Client, ...rest: Buffer[]): void {
  withBody(client, (body) => Buffer.concat([body.subarray(0, SESSION_ID_AT + 1), ...rest]));
}

function withKeyExchange(content: Buffer): Commit {
  return async (client) => {
    await client.upToServerFlight();
    client.records.send(RECORD.handshake, message(MESSAGE.clientKeyExchange, content));
  };
}

function withFinished(length: number): Commit {
  return async (client) => {
    await client.upToKeys();
    client.records.send(RECORD.handshake, client.finished(Buffer.alloc(length)));
  };
}

const suites = vector16(uint16(SUITE["ECDHE-ECDSA-CHACHA20-POLY1305"].id));
const compressions = vector8(Buffer.of(0));

const malformed: Record<string, Commit> = {
  "an empty ClientHello": (client) => withBody(client, () => Buffer.of()),
  "a ClientHello that ends in its random": (client) => withBody(client, (b) => b.subarray(0, 20)),
  "a session identifier longer than its message": (client) =>
    withBody(client, (body) => Buffer.concat([body.subarray(0, SESSION_ID_AT), Buffer.of(32)])),
  "a list of suites with half a suite": (client) =>
    withRest(client, vector16(Buffer.of(0xcc, 0xa9, 0xcc)), compressions),
  "a list of suites longer than its message": (client) => withRest(client, uint16(1000)),
  "compressions longer than their message": (client) => withRest(client, suites, Buffer.of(200, 0)),
  "an extension longer than all of them": (client) =>
    withRest(client, suites, compressions, vector16(uint16(0xabcd), uint16(100))),
  "half an extension": (client) => withRest(client, suites, compressions, vector16(Buffer.of(0))),
  "a byte behind the extensions": (client) =>
    withBody(client, (body) => Buffer.concat([body, Buffer.of(0)])),
  "a server name longer than its extension": (client) =>
    client.greet({
      extensions: [extension(EXTENSION.serverName, vector16(Buffer.of(0), uint16(100)))],
    }),
  "a server name with a byte behind its list": (client) =>
    client.greet({
      extensions: [
        extension(EXTENSION.serverName, Buffer.concat([serverName("server.test"), Buffer.of(0)])),
      ],
    }),
  "a point longer than its ClientKeyExchange": withKeyExchange(Buffer.of(65, 4)),
  "an empty ClientKeyExchange": withKeyExchange(Buffer.of()),
  "a ClientKeyExchange with a byte behind its point": withKeyExchange(
    Buffer.concat([vector8(Buffer.alloc(65, 4)), Buffer.of(0)]),
  ),
  "a Finished that is too short": withFinished(VERIFY_LENGTH - 1),
  "a Finished that is too long": withFinished(VERIFY_LENGTH + 1),
};

it.each(Object.entries(malformed))("%s is refused", async (_, commit) => {
  const { listener, refusal } = await serveGuarded(ecdsa);
  const client = await Tls12Client.connect(listener.port);
  await commit(client);
  expect(await lastWords(client)).toMatchObject({ sealed: false });
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+; sent the alert [a-z_]+\n$/);
  expect(code).toBe(98);
});

// BearSSL calls these BAD_PARAM and LIMIT_EXCEEDED.
it.each(Object.entries(malformed))("%s gets decode_error", async (_, commit) => {
  const listener = await serve({ credentials: ecdsa, prog: ["true"] });
  const client = await Tls12Client.connect(listener.port);
  await commit(client);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.decodeError });
});

it("an encrypted premaster secret longer than any key gets decode_error", async () => {
  const options = ["--tls-profile", "compat"];
  const listener = await serve({ credentials: rsa, options, prog: ["true"] });
  const client = await Tls12Client.connect(listener.port, SUITE["AES128-SHA"]);
  await withKeyExchange(vector16(Buffer.alloc(513)))(client);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.decodeError });
});

/**
 * Static ECDH, which no TLS library of today speaks any more: with a hand-made server whose
 * certificate has its half of the key exchange. Only the older profiles have it.
 */
import { createPublicKey, verify } from "node:crypto";
import { expect, it } from "vitest";
import { call, refusalOf } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority, type ClientCredentials } from "../support/client-authority.ts";
import { untilAlert } from "../support/last-words.ts";
import { ALERT, FATAL } from "../support/refusals.ts";
import { nextConnection } from "../support/tls-servers.ts";
import { MESSAGE } from "../support/tls12-messages.ts";
import { SUITE } from "../support/tls12-protection.ts";
import { Tls12Server } from "../support/tls12-server.ts";
import { RECORD } from "../support/wire.ts";

const cases = [
  ["ECDH-ECDSA-AES128-SHA", Authority.root("P-256")],
  ["ECDH-RSA-AES128-SHA", Authority.root("RSA-2048")],
] as const;

it.each(cases)("%s", async (suite, authority) => {
  const { port, socket } = await nextConnection();
  const options = ["--tls-profile", "compat"];
  const prog = ["sh", "-c", 'echo hello >&7; head -n 1 <&6; echo "$SSL_CIPHER"'];
  const client = await call({ port, authority, options, prog });
  const server = new Tls12Server(await socket, authority.issue(), SUITE[suite]);
  await server.establish();
  expect(`${(await server.expect(RECORD.applicationData)).content}`).toBe("hello\n");
  server.records.send(RECORD.applicationData, Buffer.from("back\n"));
  expect(await server.records.next()).toBeNull();
  server.records.socket.end();
  expect(await client.ended).toMatchObject({ stdout: `back\n${suite}\n`, stderr: "", code: 0 });
});

/** Types of client certificates (RFC 5246, 7.4.4, and RFC 4492, 5.5). */
const SIGNS = { rsa: 1, ecdsa: 64 } as const;
const FIXED_ECDH = { rsa: 65, ecdsa: 66 } as const;

const clients = ClientAuthority.root();
const kinds = ["P-256", "RSA-2048"] as const;

async function authenticating(types: number[], credentials: ClientCredentials) {
  const [suite, authority] = cases[0];
  const { port, socket } = await nextConnection();
  const options = ["-y", "--tls-profile", "compat"];
  const prog = ["sh", "-c", "head -n 1 <&6"];
  const client = await call({ port, authority, options, credentials, prog });
  const server = new Tls12Server(await socket, authority.issue(), SUITE[suite]);
  await server.hear();
  server.flight(server.certificateRequest(...types));
  const flight = await server.clientFlight();
  server.changeCipherSpec();
  server.say(server.finished());
  server.records.send(RECORD.applicationData, Buffer.from("welcome\n"));
  server.records.socket.end();
  expect(await client.ended).toMatchObject({ stdout: "welcome\n", stderr: "", code: 0 });
  return { server, flight };
}

it.each(kinds)("a client certificate of %s proves itself by a signature", async (kind) => {
  const credentials = clients.issue({ kind });
  const types = [...Object.values(FIXED_ECDH), ...Object.values(SIGNS)];
  const { server, flight } = await authenticating(types, credentials);
  expect(flight.map(({ type }) => type)).toEqual([
    MESSAGE.certificate,
    MESSAGE.clientKeyExchange,
    MESSAGE.certificateVerify,
  ]);
  expect(flight[0]?.body.includes(credentials.der)).toBe(true);
  // After its algorithm and its length.
  const proof = flight[2]?.body ?? Buffer.of();
  const publicKey = createPublicKey(credentials.key);
  expect(verify("sha256", server.signedByClient(proof), publicKey, proof.subarray(4))).toBe(true);
});

it.each(kinds)("where only static ECDH would do, a key of %s stays at home", async (kind) => {
  const { flight } = await authenticating(Object.values(FIXED_ECDH), clients.issue({ kind }));
  expect(flight.map(({ type }) => type)).toEqual([MESSAGE.certificate, MESSAGE.clientKeyExchange]);
  expect(flight[0]?.body).toEqual(Buffer.of(0, 0, 0));
});

it.each([
  ["P-256", "RSA", [SIGNS.rsa]],
  ["RSA-2048", "ECDSA", [SIGNS.ecdsa]],
] as const)("a key of %s stays at home where only %s is asked for", async (kind, _asked, types) => {
  const { flight } = await authenticating([...types], clients.issue({ kind }));
  expect(flight.map(({ type }) => type)).toEqual([MESSAGE.certificate, MESSAGE.clientKeyExchange]);
  expect(flight[0]?.body).toEqual(Buffer.of(0, 0, 0));
});

it.each(cases)("%s is not for the profile modern", async (suite, authority) => {
  const { port, socket } = await nextConnection();
  const refusal = refusalOf({ port, authority });
  const server = new Tls12Server(await socket, authority.issue(), SUITE[suite]);
  await server.hear();
  server.flight();
  expect([...(await untilAlert(server)).content]).toEqual([FATAL, ALERT.illegalParameter]);
  server.records.socket.end();
  expect(await refusal).toMatchObject({ code: 98 });
});

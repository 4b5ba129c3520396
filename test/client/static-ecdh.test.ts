/**
 * Static ECDH, which no TLS library of today speaks any more: with a hand-made server whose
 * certificate has its half of the key exchange. Only the older profiles have it.
 */
import { expect, it } from "vitest";
import { call, refusalOf } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { untilAlert } from "../support/last-words.ts";
import { ALERT, FATAL } from "../support/refusals.ts";
import { nextConnection } from "../support/tls-servers.ts";
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

/**
 * A browser sent to http: instead of https: speaks plain HTTP. It is told that this is TLS, by an
 * alert, and the operator by a message.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { alertsIn, FATAL, serveGuarded, shout } from "../support/refusals.ts";

const credentials = Authority.root().issue();

it.each([
  ["GET", "GET / HTTP/1.1\r\nHost: server.test\r\n\r\n"],
  ["a long POST", "POST / HTTP/1.0\r\nContent-Length: 20000\r\n\r\n".padEnd(20_000, "x")],
  ["SMTP's EHLO", "EHLO client.test\r\n"],
  ["SSH's greeting", "SSH-2.0-OpenSSH_9.2\r\n"],
])("%s is refused", async (_, text) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const answer = await shout({ port: listener.port, bytes: Buffer.from(text) });
  expect(alertsIn(answer)).toHaveLength(1);
  expect(alertsIn(answer)[0]?.[0]).toBe(FATAL);
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: not TLS[^\n]*\n$/);
  expect(code).toBe(98);
});

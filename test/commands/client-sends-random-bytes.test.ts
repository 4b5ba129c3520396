/**
 * Noise in place of TLS: refused at once, without waiting for more of it.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { clientHello, type VERSIONS } from "../support/clients.ts";
import { payload } from "../support/payload.ts";
import { alertsIn, FATAL, serveGuarded, shout } from "../support/refusals.ts";
import { looksLikeAlert, records } from "../support/wire.ts";

const credentials = Authority.root().issue();

it.each([1, 2, 3, 4, 5])("noise, number %i", async (number) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const bytes = payload(`noise ${number}`, 40_000);
  const answer = await shout({ port: listener.port, bytes });
  expect(alertsIn(answer).map(([level]) => level)).toEqual([FATAL]);
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect(code).toBe(98);
});

it.each([1, 2, 3, 4, 5])("noise in a handshake record, number %i", async (number) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const noise = payload(`record ${number}`, 512);
  const header = Buffer.from([22, 3, 1, 512 >> 8, 0]);
  const answer = await shout({ port: listener.port, bytes: Buffer.concat([header, noise]) });
  expect(alertsIn(answer).map(([level]) => level)).toEqual([FATAL]);
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect(code).toBe(98);
});

it("a ClientHello of TLS 1.2 and then noise", async () => {
  expect(alertsIn(await answerToNoise("TLSv1.2")).map(([level]) => level)).toEqual([FATAL]);
});

it("a ClientHello of TLS 1.3 and then noise", async () => {
  const last = records(await answerToNoise("TLSv1.3")).at(-1);
  expect(looksLikeAlert(last, "TLSv1.3")).toBe(true);
});

async function answerToNoise(maxVersion: (typeof VERSIONS)[number]): Promise<Buffer> {
  const { listener, refusal } = await serveGuarded(credentials);
  const hello = await clientHello({ maxVersion });
  const bytes = Buffer.concat([hello, payload("after the hello", 1000)]);
  const answer = await shout({ port: listener.port, bytes });
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect(code).toBe(98);
  return answer;
}

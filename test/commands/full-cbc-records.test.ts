/**
 * Records of 2^14 bytes, the most that one may hold (RFC 5246, 6.2.1), of the suites whose records grow
 * most: block cipher, SHA-384 and padding.
 */
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { RECORD } from "../support/wire.ts";

const authority = Authority.root();
const LONGEST = 16_384;
const FULL_RECORDS = 4;
/** IV, and MAC with at least a byte of padding in whole blocks. */
const GROWTH = { "AES256-SHA384": 16 + 64, "AES128-SHA256": 16 + 48, "AES256-SHA": 16 + 32 };

it.each([
  ["ECDHE-ECDSA-AES256-SHA384", "P-256", GROWTH["AES256-SHA384"]],
  ["ECDHE-RSA-AES256-SHA384", "RSA-2048", GROWTH["AES256-SHA384"]],
  ["ECDHE-ECDSA-AES128-SHA256", "P-256", GROWTH["AES128-SHA256"]],
  ["ECDHE-ECDSA-AES256-SHA", "P-256", GROWTH["AES256-SHA"]],
] as const)("full records of %s are taken, and come back", async (ciphers, kind, growth) => {
  const { port } = await serve({
    credentials: authority.issue({ kind }),
    options: ["-S", "--tls-profile", "compat"],
    prog: ["cat"],
  });
  const destination = { port, authority };
  const { client, wire } = await connectByWire(destination, { ciphers, maxVersion: "TLSv1.2" });
  expect(client.getCipher().name).toBe(ciphers);
  const said = randomBytes(FULL_RECORDS * LONGEST);
  const answer = everything(client);
  // One by one: OpenSSL cuts a longer text of some suites into shorter records.
  for (let at = 0; at < said.length; at += LONGEST) {
    await new Promise((done) => client.write(said.subarray(at, at + LONGEST), done));
  }
  client.end();
  expect((await answer).equals(said)).toBe(true);
  const full = wire.sent.filter(
    ({ type, body }) => type === RECORD.applicationData && body.length === LONGEST + growth,
  );
  expect(full).toHaveLength(FULL_RECORDS);
});

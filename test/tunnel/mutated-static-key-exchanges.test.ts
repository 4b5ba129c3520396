import { constants, publicEncrypt, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadKey, newServer } from "../engine/instances.ts";
import { byteMutators, examine } from "../support/mutations.ts";
import { recordedCertificate, recordedCredentials, recordedFile } from "../support/recorded.ts";
import { uint16, vector8, vector16 } from "../support/tls12-encoding.ts";
import { clearRecord, clientHello, MESSAGE, message } from "../support/tls12-messages.ts";
import { RECORD } from "../support/wire.ts";
import { judge, Tally } from "./verdict.ts";

/** A ClientKeyExchange that is damaged, where what is in it goes to the keeper. */

const premaster = Buffer.concat([uint16(0x0303), Buffer.alloc(46, 0x44)]);

function encrypted(): Buffer {
  const { publicKey } = new X509Certificate(recordedCertificate("rsa"));
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, premaster);
}

/** The point of a certificate's key: on the curve, with a secret that is not known. */
function somePoint(): Buffer {
  const { publicKey } = new X509Certificate(recordedCertificate("p256"));
  return publicKey.export({ type: "spki", format: "der" }).subarray(-65);
}

test.each([
  { kind: "rsa", suite: 0x002f, content: vector16(encrypted()), count: 100 },
  { kind: "p256", suite: 0xc004, content: vector8(somePoint()), count: 300 },
] as const)("$count of them, with a key of $kind", ({ kind, suite, content, count }) => {
  const key = loadKey(readFileSync(recordedFile(kind)));
  const options = { key, chain: [recordedCertificate(kind)], profile: "compat" } as const;
  const hello = clientHello({ suites: [suite], random: Buffer.alloc(32, 0x22) });
  const plan = { seed: 60, samples: [{ name: kind, bytes: content }], mutators: byteMutators };
  const tally = new Tally();
  examine({ ...plan, longest: 10_000 }, count, ({ bytes }) => {
    const exchange = message(MESSAGE.clientKeyExchange, bytes);
    const flight = [hello, exchange].map((one) => clearRecord(RECORD.handshake, one));
    tally.add(judge(newServer(recordedCredentials(kind), options), Buffer.concat(flight)));
  });
  expect(tally.count.answered, "those that go to the keeper").toBeGreaterThan(count / 10);
  expect(tally.count.refused).toBeGreaterThan(count / 10);
  expect(tally.count.established + tally.count.waits).toBe(0);
});

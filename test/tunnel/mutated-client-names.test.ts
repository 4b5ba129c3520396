import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sessionVariables } from "../../src/connection/session-variables.ts";
import type { Engine } from "../../src/sandbox/engine.ts";
import { UnusableAnchors } from "../../src/sandbox/errors.ts";
import { drain, feed, loadKey, newServer } from "../engine/instances.ts";
import { clientFlight, helloRecord } from "../support/client-flight.ts";
import { derMutators } from "../support/der-mutations.ts";
import { examine } from "../support/mutations.ts";
import { sha256 } from "../support/payload.ts";
import { recordedCertificate, recordedCredentials, recordedFile } from "../support/recorded.ts";
import { judge, Tally } from "./verdict.ts";

/**
 * A client's certificate that is damaged and trusted all the same: it is the trust anchor itself, so
 * its signature is not looked at, and prog is told what it says.
 */

const credentials = recordedCredentials("p256");
const certificate = recordedCertificate("p256");
const own = { chain: [certificate], key: loadKey(readFileSync(recordedFile("p256"))) };

/** null if the certificate is nothing to trust. */
function serverThatTrusts(der: Buffer): Engine | null {
  const clients = { anchors: [der], mandatory: true, now: Date.UTC(2030, 0) };
  try {
    return newServer(credentials, { ...own, clients });
  } catch (error) {
    if (error instanceof UnusableAnchors) return null;
    throw error;
  }
}

test.each([70, 71])("300 certificates are refused, or told about escaped: seed %i", (seed) => {
  const samples = [{ name: "p256", bytes: certificate }];
  const plan = { seed, samples, mutators: derMutators, steps: 2, longest: 20_000 };
  const tally = new Tally();
  let altered = 0;
  examine(plan, 300, ({ bytes }) => {
    const [rehearsal, engine] = [serverThatTrusts(bytes), serverThatTrusts(bytes)];
    if (rehearsal === null || engine === null) return;
    feed(rehearsal, "recvrec", helloRecord);
    const flight = clientFlight(drain(rehearsal, "sendrec"), {
      chain: [bytes],
      damage: (_part, right) => right,
    });
    const verdict = judge(engine, Buffer.concat([helloRecord, flight]));
    tally.add(verdict);
    if (verdict.session === null) return;
    if (!bytes.equals(certificate)) altered++;
    const variables = sessionVariables(verdict.session);
    expect(variables.get("SSL_PEER_CERT_HASH")).toBe(`SHA256:${sha256(bytes)}`);
    for (const value of variables.values()) expect(value ?? "").not.toMatch(/\p{Cc}/u);
  });
  expect(tally.count.established).toBeGreaterThan(30);
  expect(altered).toBeGreaterThan(15);
  expect(tally.count.refused).toBeGreaterThan(5);
});

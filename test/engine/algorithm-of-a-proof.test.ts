/**
 * A client's CertificateVerify names hash function and algorithm, and both must be of those that our
 * CertificateRequest has (RFC 5246, 7.4.8).
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { clientFlight, helloRecord } from "../support/client-flight.ts";
import { recordedCertificate, recordedCredentials, recordedFile } from "../support/recorded.ts";
import { drain, feed, loadKey, newServer } from "./instances.ts";

const chain = [recordedCertificate("p256"), recordedCertificate("intermediate")];
const own = {
  chain: [recordedCertificate("p256")],
  key: loadKey(readFileSync(recordedFile("p256"))),
};
const clients = {
  anchors: [recordedCertificate("root")],
  mandatory: true,
  now: Date.UTC(2030, 0),
};
const [ECDSA, SHA256] = [3, 4];

/** What the server makes of a signature that is right, under another name. */
function outcome(hash: number, algorithm: number): string {
  const server = newServer(recordedCredentials("p256"), { ...own, clients });
  feed(server, "recvrec", helloRecord);
  const flight = clientFlight(drain(server, "sendrec"), {
    chain,
    damage: (part, bytes) => {
      if (part !== "certificateVerify") return bytes;
      return Buffer.concat([Buffer.of(hash, algorithm), bytes.subarray(2)]);
    },
  });
  feed(server, "recvrec", flight);
  drain(server, "sendrec");
  return server.error === null ? (server.established ? "taken" : "waits") : server.error.message;
}

test("ECDSA with SHA-256 is taken", () => {
  expect(outcome(SHA256, ECDSA)).toBe("taken");
});

test.each([
  ["4, which is half as much as ECDSA's with BearSSL", 4, "illegal_parameter"],
  ["2, which is DSA's", 2, "illegal_parameter"],
  ["0", 0, "illegal_parameter"],
  ["7, which is Ed25519's", 7, "illegal_parameter"],
  ["RSA's", 1, "decrypt_error"],
])("the algorithm %s is refused", (_, algorithm, alert) => {
  expect(outcome(SHA256, algorithm)).toContain(`sent the alert ${alert}`);
});

test.each([
  ["MD5", 1, "handshake_failure"],
  ["SHA-1, which `modern` doesn't ask for", 2, "handshake_failure"],
  ["one that is none", 7, "handshake_failure"],
])("the hash function %s is refused", (_, hash, alert) => {
  expect(outcome(hash, ECDSA)).toContain(`sent the alert ${alert}`);
});

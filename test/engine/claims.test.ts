import { execFileSync } from "node:child_process";
import type { KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { KeeperError } from "../../src/sandbox/keeper-refusals.ts";
import { Authority, derCertificate, type KeyKind } from "../support/certificates.ts";
import { loadKey } from "./instances.ts";
import { lyingKey } from "./lying-key.ts";

/** What a key file says of its public half is enough to tell pairs apart, and proves nothing. */

const OTHER_KEY = "the private key doesn't belong to the certificate";
const authority = Authority.root();
const kinds: KeyKind[] = ["P-256", "P-384", "P-521", "RSA-2048"];

const pairs = kinds.map((kind) => {
  const [mine, other] = [authority.issue({ kind }), authority.issue({ kind })];
  const certificates = [mine, other].map(({ certFile }) => derCertificate(certFile));
  return { kind, key: mine.key, own: certificates[0] as Buffer, others: certificates[1] as Buffer };
});

/** Every form that a key of that kind may have. */
function formsOf(key: KeyObject): (string | Buffer)[] {
  const types = key.asymmetricKeyType === "rsa" ? ["pkcs1", "pkcs8"] : ["sec1", "pkcs8"];
  return types.flatMap((type) => [
    key.export({ type: type as "pkcs8", format: "pem" }),
    key.export({ type: type as "pkcs8", format: "der" }),
  ]);
}

describe.each(pairs)("a key of $kind", ({ key, own, others }) => {
  test("says that it belongs to its certificate, and to no other", () => {
    for (const file of formsOf(key)) {
      expect(() => loadKey(file).matchClaim(own)).not.toThrow();
      expect(() => loadKey(file).matchClaim(others)).toThrow(OTHER_KEY);
      for (const { own: foreign } of pairs.filter((pair) => pair.own !== own)) {
        expect(() => loadKey(file).matchClaim(foreign)).toThrow(OTHER_KEY);
      }
    }
  });
});

test.each(pairs.slice(0, 3))("a key of $kind that says nothing is computed", (pair) => {
  const file = execFileSync("openssl", ["ec", "-no_public", "-outform", "DER"], {
    input: pair.key.export({ type: "sec1", format: "pem" }),
    stdio: ["pipe", "pipe", "ignore"],
  });
  expect(() => loadKey(file).matchClaim(pair.own)).not.toThrow();
  expect(() => loadKey(file).matchClaim(pair.others)).toThrow(OTHER_KEY);
});

test("a certificate larger than the keeper's mailbox is refused, by the claim and by the proof", () => {
  const key = loadKey(
    (pairs[0] as (typeof pairs)[number]).key.export({ type: "pkcs8", format: "der" }),
  );
  const certificate = new Uint8Array(70_000);
  for (const match of ["matchClaim", "match"] as const) {
    expect(() => key[match](certificate)).toThrow(KeeperError);
    expect(() => key[match](certificate)).toThrow("the certificate is too large");
  }
});

test("a key that lies is believed, and found out by the proof", () => {
  const [mine, theirs] = [authority.issue(), authority.issue()];
  const key = loadKey(lyingKey(mine.key, theirs.key));
  const [own, claimed] = [mine, theirs].map(({ certFile }) => derCertificate(certFile));
  expect(() => key.matchClaim(claimed as Buffer)).not.toThrow();
  expect(() => key.match(claimed as Buffer)).toThrow(OTHER_KEY);
  expect(() => key.match(own as Buffer)).not.toThrow();
});

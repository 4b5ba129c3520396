/**
 * What RFC 5280 forbids the CA that issues a certificate is refused in what a peer presents, whether
 * it can do harm or not. Roots that are trusted need not obey: several of the public ones don't.
 */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { chainVerdict, refusesAnchors } from "../support/chain-verdict.ts";
import { ClientAuthority, type Recipe, selfSigned } from "../support/client-authority.ts";
import { extension, extensionOf } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { element, integer, octets, oid, sequence } from "./der.ts";

const HOST = "www.example.test";
const NAMES = extension.alternativeNames(["DNS", HOST]);
const CRITICAL_NAMES = extension.criticalAlternativeNames(["DNS", HOST]);
/** DER leaves a default out (X.690, 11.5); some encoders do not. */
const SAID_NOT_CRITICAL = sequence(
  oid("2.5.29.17"),
  element(0x01, Buffer.of(0)),
  octets(sequence(element(0x82, Buffer.from(HOST)))),
);
const CA = extension.constraints({ ca: true });
const root = ClientAuthority.root();

function verdictOf(leaf: Recipe, above: ClientAuthority = root): string {
  const chain = [above.issue({ extensions: [NAMES], ...leaf }).der, ...above.chain];
  return chainVerdict({ anchors: [root.der], chain, name: HOST });
}

describe("a serial number", () => {
  test.each<[string, Buffer, string]>([
    ["1", Buffer.of(1), "taken"],
    ["of 20 bytes", Buffer.alloc(20, 0x7f), "taken"],
    [
      "of 20 bytes behind the zero that makes it positive",
      Buffer.of(0, ...Buffer.alloc(20, 0x80)),
      "taken",
    ],
    ["of 21 bytes", Buffer.alloc(21, 0x7f), "X509_SERIAL_NUMBER"],
    ["0", Buffer.of(0), "X509_SERIAL_NUMBER"],
    ["-1", Buffer.of(0xff), "X509_SERIAL_NUMBER"],
  ])("%s: %s", (_, serial, verdict) => {
    expect(verdictOf({ serial })).toBe(verdict);
    expect(verdictOf({}, root.intermediate({ serial }))).toBe(verdict);
  });

  test("0 is a root's, as some public ones have it", () => {
    const old = ClientAuthority.root({ serial: Buffer.of(0) });
    const chain = [old.issue({ extensions: [NAMES] }).der];
    expect(chainVerdict({ anchors: [old.der], chain, name: HOST })).toBe("taken");
  });
});

describe("alternative names", () => {
  test.each<[string, Recipe, string]>([
    ["with a subject", {}, "taken"],
    ["critical, without a subject", { subject: name(), extensions: [CRITICAL_NAMES] }, "taken"],
    ["not critical, without a subject", { subject: name() }, "X509_NAMES_NOT_CRITICAL"],
    [
      "that say that they are not critical, without a subject",
      { subject: name(), extensions: [SAID_NOT_CRITICAL] },
      "X509_NAMES_NOT_CRITICAL",
    ],
  ])("%s: %s", (_, leaf, verdict) => {
    expect(verdictOf(leaf)).toBe(verdict);
  });
});

describe("keyCertSign", () => {
  const usage = extension.keyUsage("digitalSignature", "keyCertSign");

  test.each<[string, Buffer[], string]>([
    ["of a CA", [usage, CA], "taken"],
    ["of one that is no CA's", [usage], "X509_FORBIDDEN_KEY_USAGE"],
    [
      "of one that says that it is no CA's",
      [usage, extension.constraints({ ca: false })],
      "X509_FORBIDDEN_KEY_USAGE",
    ],
  ])("%s: %s", (_, extensions, verdict) => {
    expect(verdictOf({ extensions: [NAMES, ...extensions] })).toBe(verdict);
  });
});

describe("policy constraints of a CA", () => {
  const NONE_REQUIRED = sequence(element(0x81, Buffer.of(0)));
  const REQUIRED = sequence(element(0x80, Buffer.of(3)));

  test.each<[string, Buffer, string]>([
    ["that forbid mapping only", extensionOf("2.5.29.36", NONE_REQUIRED), "taken"],
    ["that require a policy", extensionOf("2.5.29.36", REQUIRED), "X509_UNSUPPORTED_CONSTRAINT"],
    ["that are critical", extensionOf("2.5.29.36", REQUIRED, true), "X509_CRITICAL_EXTENSION"],
  ])("%s: %s", (_, constraints, verdict) => {
    expect(verdictOf({}, root.intermediate({ extensions: [CA, constraints] }))).toBe(verdict);
  });
});

test.each([
  ["0100", "taken"],
  ["010000", "taken"],
  ["01", "taken"],
  ["00", "X509_NOT_CA"],
])("a length of path of 0x%s, of a CA in the chain or of its root: %s", (length, verdict) => {
  const limits = sequence(element(0x01, Buffer.of(0xff)), integer(Buffer.from(length, "hex")));
  const extensions = [extensionOf("2.5.29.19", limits, true)];
  expect(verdictOf({}, root.intermediate({ extensions }).intermediate())).toBe(verdict);
  const limited = ClientAuthority.root({ extensions });
  const above = limited.intermediate();
  const chain = [above.issue({ extensions: [NAMES] }).der, ...above.chain];
  expect(chainVerdict({ anchors: [limited.der], chain, name: HOST })).toBe(verdict);
});

describe("where to ask about it", () => {
  const location = element(0x86, Buffer.from("http://ocsp.example.test"));
  const one = sequence(oid("1.3.6.1.5.5.7.48.1"), location);

  test.each<[string, Uint8Array, string]>([
    ["one place", sequence(one), "taken"],
    ["two places", sequence(one, one), "taken"],
    ["no place", sequence(), "X509_UNREADABLE_EXTENSION"],
    [
      "a place with two locations",
      sequence(sequence(oid("1.3.6.1.5.5.7.48.1"), location, location)),
      "X509_UNREADABLE_EXTENSION",
    ],
    ["a place without a location", sequence(sequence(oid("1.2.3"))), "X509_UNREADABLE_EXTENSION"],
    ["a text", element(0x0c, Buffer.from("malformed")), "X509_UNREADABLE_EXTENSION"],
  ])("%s: %s", (_, value, verdict) => {
    const places = extensionOf("1.3.6.1.5.5.7.1.1", value);
    expect(verdictOf({ extensions: [NAMES, places] })).toBe(verdict);
  });
});

test("an identifier of the issuer's key that has nothing in it is refused, a root's, too", () => {
  const empty = extensionOf("2.5.29.35", sequence());
  expect(verdictOf({ extensions: [NAMES, empty] })).toBe("X509_UNREADABLE_EXTENSION");
  expect(refusesAnchors(ClientAuthority.root({ extensions: [CA, empty] }).der)).toBe(true);
});

describe("an RSA key", () => {
  const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;

  test.each([
    [2048, "taken"],
    [2056, "taken"],
    [2052, "X509_KEY_LENGTH"],
  ])("of %i bits: %s", (bits, verdict) => {
    const key = rsa(bits);
    expect(verdictOf({ key })).toBe(verdict);
    expect(refusesAnchors(ClientAuthority.root({ key }).der)).toBe(verdict !== "taken");
  });
});

test("what is trusted for itself alone is judged when it is loaded", () => {
  const good = selfSigned({ extensions: [NAMES] });
  const bad = selfSigned({ extensions: [NAMES], serial: Buffer.of(0) });
  expect(chainVerdict({ anchors: [good.der], chain: [good.der], name: HOST })).toBe("taken");
  expect(refusesAnchors(bad.der)).toBe(true);
});

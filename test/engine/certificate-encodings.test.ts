/**
 * Values in certificates that can be written in several ways, or that are there twice: dates in two
 * digits, the version, BOOLEANs, the algorithm of the signature. With OpenSSL beside our engine.
 */
import { describe, expect, test } from "vitest";
import {
  chainVerdict,
  opensslTakes,
  type Presented,
  refusesAnchors,
} from "../support/chain-verdict.ts";
import { ClientAuthority, type Recipe, selfSigned } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { element, octets, oid, sequence } from "./der.ts";

const HOST = "www.example.test";
const NAMES = extension.alternativeNames(["DNS", HOST]);
const forHost = { extensions: [NAMES] };
const root = ClientAuthority.root();

function verdictOf(chain: readonly Buffer[], anchor = root.der, now = Date.now()): string {
  return chainVerdict({ anchors: [anchor], chain, name: HOST, now });
}

function agreed(presented: Presented): string {
  const verdict = chainVerdict(presented);
  expect(opensslTakes(presented), "OpenSSL").toBe(verdict === "taken");
  return verdict;
}

/** RFC 5280, 4.1.2.5.1: 00 to 49 are of this century, 50 to 99 of the last one. */
describe("a date in UTCTime", () => {
  const utc = (text: string) => element(0x17, Buffer.from(`${text}0101000000Z`));

  test.each([
    ["from 50 to 49", "50", "49", "taken"],
    ["from 99 to 49", "99", "49", "taken"],
    ["from 00 to 48", "00", "48", "taken"],
    ["from 49 to 49", "49", "49", "X509_EXPIRED"],
    ["from 48 to 49", "48", "49", "X509_EXPIRED"],
    ["from 50 to 50", "50", "50", "X509_EXPIRED"],
    ["from 50 to 99", "50", "99", "X509_EXPIRED"],
  ])("%s", (_, begin, end, verdict) => {
    const dates = [utc(begin), utc(end)];
    const whole = { anchors: [root.der], name: HOST };
    expect(agreed({ ...whole, chain: [root.issue({ ...forHost, dates }).der] })).toBe(verdict);
    const between = root.intermediate({ dates });
    expect(agreed({ ...whole, chain: [between.issue(forHost).der, between.der] })).toBe(verdict);
    const pinned = selfSigned({ ...forHost, dates }).der;
    expect(agreed({ anchors: [pinned], chain: [pinned], name: HOST })).toBe(verdict);
    const old = ClientAuthority.root({ dates });
    const below = verdictOf([old.issue(forHost).der], old.der);
    expect(below).toBe(verdict === "taken" ? "taken" : "X509_ANCHOR_OUT_OF_DATE");
  });
});

describe("a root that does not say that it is a CA", () => {
  test.each([
    [1, "taken"],
    [2, "X509_NOT_TRUSTED"],
    [3, "X509_NOT_TRUSTED"],
  ] as const)("of version %i: %s", (version, verdict) => {
    const old = ClientAuthority.root({ version, extensions: [] });
    const chain = [old.issue(forHost).der];
    expect(agreed({ anchors: [old.der], chain, name: HOST })).toBe(verdict);
  });
});

/** Only the inner algorithm is signed (RFC 5280, 4.1.1.2). All these are as long as another. */
describe("the algorithm beside a signature", () => {
  test.each<[string, Recipe]>([
    ["of an ECDSA signature", {}],
    ["of an RSA signature", { kind: "RSA-2048" }],
  ])("%s is the one that was signed", (_, recipe) => {
    const authority = ClientAuthority.root(recipe);
    const other = { hash: "sha256", saidHash: "sha384" } as const;
    const verdict = (leaf: Recipe, below = authority) =>
      verdictOf([below.issue({ ...forHost, ...leaf }).der, ...below.chain], authority.der);
    expect(verdict({})).toBe("taken");
    expect(verdict({ hash: "sha384" })).toBe("taken");
    expect(verdict(other)).toBe("X509_UNEXPECTED");
    expect(verdict({}, authority.intermediate(other))).toBe("X509_UNEXPECTED");
    expect(refusesAnchors(ClientAuthority.root({ ...recipe, ...other }).der)).toBe(true);
  });
});

/** DER has 0xFF alone (X.690, 11.1); BER any other than 0, and that is what it means here, too. */
describe("a BOOLEAN that is true as", () => {
  const UNKNOWN = "1.3.6.1.4.1.99999.1";
  const ALTERNATIVE_NAMES = "2.5.29.17";
  const CONSTRAINTS = "2.5.29.19";
  const boolean = (value: number) => element(0x01, Buffer.of(value));
  const critical = (value: number, number: string, content: Buffer) =>
    sequence(oid(number), boolean(value), octets(content));
  const names = sequence(element(0x82, Buffer.from(HOST)));

  describe.each([0x01, 0x7f, 0x80, 0xfe, 0xff])("0x%s", (value) => {
    test("makes an extension critical", () => {
      const extensions = [NAMES, critical(value, UNKNOWN, sequence())];
      expect(verdictOf([root.issue({ extensions }).der])).toBe("X509_CRITICAL_EXTENSION");
      const ca = [extension.constraints({ ca: true }), critical(value, UNKNOWN, sequence())];
      expect(refusesAnchors(ClientAuthority.root({ extensions: ca }).der)).toBe(true);
    });

    test("makes the names critical that have to be", () => {
      const extensions = [critical(value, ALTERNATIVE_NAMES, names)];
      expect(verdictOf([root.issue({ subject: name(), extensions }).der])).toBe("taken");
    });

    test("makes a CA, a root as well as one below", () => {
      const extensions = [critical(value, CONSTRAINTS, sequence(boolean(value)))];
      const other = ClientAuthority.root({ extensions });
      const between = other.intermediate({ extensions });
      const chain = [between.issue(forHost).der, between.der];
      expect(verdictOf(chain, other.der)).toBe("taken");
    });
  });
});

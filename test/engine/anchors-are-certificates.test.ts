/**
 * What a trust anchor's certificate says of itself counts at the time of the handshake: its dates, its
 * uses, how many CAs may be below it. With OpenSSL beside our engine.
 */
import { describe, expect, test } from "vitest";
import { newKey } from "../support/certificates.ts";
import { chainVerdict, opensslTakes, refusesAnchors } from "../support/chain-verdict.ts";
import { ClientAuthority, type Recipe, selfSigned } from "../support/client-authority.ts";
import { extension, extensionOf } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { element, octets, sequence } from "./der.ts";

const DAY = 86_400_000;
const HOST = "www.example.test";
const CA = extension.constraints({ ca: true });
const key = newKey("P-256");
const subject = name(["CN", "Root"]);

const forHost: Recipe = { extensions: [extension.alternativeNames(["DNS", HOST])], ends: 300 };

/** A root of that name and key. */
function rootOf(recipe: Recipe): ClientAuthority {
  return ClientAuthority.root({ key, subject, begins: -20, ends: 20, ...recipe });
}

const good = rootOf({});
const leaf = good.issue({ ...forHost, begins: -100 }).der;
const between = good.intermediate({ begins: -100, ends: 300 });
const below = [between.issue({ ...forHost, begins: -100 }).der, between.der];

/** At that many days from now. */
function verdictOf(anchors: ClientAuthority[], chain: Uint8Array[], days = 0): string {
  const whole = { anchors: anchors.map(({ der }) => der), chain, name: HOST };
  const verdict = chainVerdict({ ...whole, now: Date.now() + days * DAY });
  const opensslAgrees = opensslTakes({ ...whole, now: Date.now() + days * DAY });
  expect(opensslAgrees, "OpenSSL").toBe(verdict === "taken");
  return verdict;
}

describe("dates", () => {
  test.each([
    [-19, "taken"],
    [19, "taken"],
    [-21, "X509_ANCHOR_OUT_OF_DATE"],
    [21, "X509_ANCHOR_OUT_OF_DATE"],
  ])("of 20 days before and after now, at day %i: %s", (days, verdict) => {
    expect(verdictOf([good], [leaf], days)).toBe(verdict);
    expect(verdictOf([good], below, days)).toBe(verdict);
  });

  test("a context that lives for long sees its anchor expire", () => {
    expect(verdictOf([rootOf({ ends: 1 })], [leaf], 0)).toBe("taken");
    expect(verdictOf([rootOf({ ends: 1 })], [leaf], 2)).toBe("X509_ANCHOR_OUT_OF_DATE");
  });
});

describe("uses", () => {
  test.each<[string, Recipe, string]>([
    [
      "a key usage with keyCertSign",
      { extensions: [CA, extension.keyUsage("keyCertSign")] },
      "taken",
    ],
    ["servers", { extensions: [CA, extension.extendedKeyUsage("serverAuth")] }, "taken"],
    [
      "clients only",
      { extensions: [CA, extension.extendedKeyUsage("clientAuth")] },
      "X509_FORBIDDEN_KEY_USAGE",
    ],
  ])("%s: %s", (_, recipe, verdict) => {
    expect(verdictOf([rootOf(recipe)], [leaf])).toBe(verdict);
  });

  test("without keyCertSign it vouches for no chain, and not for itself", () => {
    const names = extension.alternativeNames(["DNS", HOST]);
    const root = rootOf({ extensions: [CA, extension.keyUsage("digitalSignature"), names] });
    expect(refusesAnchors(root.der)).toBe(true);
    const anchors = [root.der, ClientAuthority.root().der];
    expect(chainVerdict({ anchors, chain: [leaf], name: HOST })).toBe("X509_NOT_TRUSTED");
    expect(chainVerdict({ anchors, chain: [root.der], name: HOST })).toBe("X509_NOT_TRUSTED");
  });
});

describe("how many CAs may be below", () => {
  const two = between.intermediate({ begins: -100, ends: 300, subject: name(["CN", "Second"]) });
  const deep = [two.issue({ ...forHost, begins: -100 }).der, two.der, between.der];
  const limited = (pathLength: number) =>
    rootOf({ extensions: [extension.constraints({ ca: true, pathLength })] });

  test.each<[number, Uint8Array[], string]>([
    [0, [leaf], "taken"],
    [0, below, "X509_NOT_CA"],
    [1, below, "taken"],
    [1, deep, "X509_NOT_CA"],
    [2, deep, "taken"],
    [300, deep, "taken"],
  ])("%i: %#", (pathLength, chain, verdict) => {
    expect(verdictOf([limited(pathLength)], chain)).toBe(verdict);
  });

  test("a CA that issued itself for a new key doesn't count: at an anchor, nor at a CA", () => {
    const renewed = good.intermediate({ subject, begins: -100, ends: 300 });
    const chain = [renewed.issue({ ...forHost, begins: -100 }).der, renewed.der];
    // OpenSSL, without key identifiers, takes the wrong one of the two for the leaf's issuer.
    const anchors = [limited(0).der];
    expect(chainVerdict({ anchors, chain, name: HOST })).toBe("taken");

    const root = ClientAuthority.root();
    const named = { subject: name(["CN", "Between"]) };
    const extensions = [extension.constraints({ ca: true, pathLength: 0 })];
    const old = root.intermediate({ ...named, extensions });
    const fresh = old.intermediate(named);
    const longer = [fresh.issue(forHost).der, ...fresh.chain];
    expect(chainVerdict({ anchors: [root.der], chain: longer, name: HOST })).toBe("taken");
  });
});

describe("two anchors of one name and key", () => {
  const old = rootOf({ ends: -1, begins: -30 });
  const forClients = rootOf({ extensions: [CA, extension.extendedKeyUsage("clientAuth")] });
  const constraints = extension.nameConstraints({ permitted: [["DNS", "other.test"]] });
  const narrow = rootOf({ extensions: [CA, constraints] });

  test.each([
    ["one is out of date", old],
    ["one is for clients", forClients],
    ["one is for other names", narrow],
  ])("of which %s: any that allows, vouches", (_, other) => {
    expect(chainVerdict(presented(other))).not.toBe("taken");
    expect(chainVerdict(presented(other, good))).toBe("taken");
    expect(chainVerdict(presented(good, other))).toBe("taken");
  });

  function presented(...anchors: ClientAuthority[]) {
    return { anchors: anchors.map(({ der }) => der), chain: [leaf], name: HOST };
  }
});

describe("no anchor is", () => {
  test.each<[string, Recipe]>([
    [
      "one with a critical extension that nobody knows",
      {
        extensions: [CA, extension.unknown({ critical: true })],
      },
    ],
    ["one with an extension twice", { extensions: [CA, CA] }],
    ["one with an empty subject", { subject: name() }],
  ])("%s", (_, recipe) => {
    const root = rootOf(recipe);
    expect(refusesAnchors(root.der)).toBe(true);
    const chain = [root.issue(forHost).der];
    const whole = { anchors: [root.der], chain, name: HOST };
    if (!recipe.subject) expect(opensslTakes(whole), "OpenSSL").toBe(false);
  });
});

describe("a root that says which certificate issued it", () => {
  const SERIAL = 0x82;
  const KEY = 0x80;
  const own = Buffer.alloc(20, 1);
  const naming = (tag: number, value: Buffer) =>
    rootOf({
      extensions: [
        CA,
        extensionOf("2.5.29.14", octets(own)),
        extensionOf("2.5.29.35", sequence(element(tag, value))),
      ],
    });

  test("is an anchor if that is itself", () => {
    expect(verdictOf([naming(KEY, own)], [leaf])).toBe("taken");
  });

  test.each([
    ["key", KEY],
    ["serial number", SERIAL],
  ])("is none if its %s is another's, as with OpenSSL", (_, tag) => {
    const root = naming(tag, Buffer.alloc(20, 2));
    expect(refusesAnchors(root.der)).toBe(true);
    const whole = { anchors: [root.der], chain: [leaf], name: HOST };
    expect(opensslTakes(whole)).toBe(false);
  });
});

test("each of two certificates that vouch for themselves is taken", () => {
  const names = extension.alternativeNames(["DNS", HOST]);
  const pins = ["One", "Two"].map((cn) =>
    selfSigned({ subject: name(["CN", cn]), extensions: [names] }),
  );
  const anchors = pins.map(({ der }) => der);
  for (const der of anchors)
    expect(chainVerdict({ anchors, chain: [der], name: HOST })).toBe("taken");
});

test("a root of version 1 that issued itself is an anchor", () => {
  const root = rootOf({ version: 1, extensions: [] });
  expect(verdictOf([root], [leaf])).toBe("taken");
  expect(verdictOf([root], below)).toBe("taken");
});

describe("in a chain", () => {
  const twice = [extension.unknown({ critical: false }), extension.unknown({ critical: false })];
  const names = extension.alternativeNames(["DNS", HOST]);

  test("an end entity with an extension twice is refused", () => {
    const { der } = good.issue({ extensions: [names, ...twice] });
    expect(chainVerdict({ anchors: [good.der], chain: [der], name: HOST })).toBe(
      "X509_EXTRA_ELEMENT",
    );
  });

  test("a CA with an extension twice is refused", () => {
    const issuer = good.intermediate({ extensions: [CA, ...twice] });
    const chain = [issuer.issue(forHost).der, issuer.der];
    expect(chainVerdict({ anchors: [good.der], chain, name: HOST })).toBe("X509_EXTRA_ELEMENT");
  });

  test("name constraints in an end entity are refused", () => {
    const constraints = extension.nameConstraints({ permitted: [["DNS", HOST]], critical: false });
    const { der } = good.issue({ extensions: [names, constraints] });
    expect(chainVerdict({ anchors: [good.der], chain: [der], name: HOST })).toBe("X509_UNEXPECTED");
  });

  test("a CA with an empty subject is refused", () => {
    const issuer = good.intermediate({ subject: name() });
    const chain = [issuer.issue(forHost).der, issuer.der];
    expect(chainVerdict({ anchors: [good.der], chain, name: HOST })).toBe("X509_BAD_DN");
  });

  test.each(["2.5.29.35", "2.5.29.14", "1.3.6.1.5.5.7.1.1"])(
    "%s may not be critical, as with OpenSSL",
    (number) => {
      const extensions = [names, extensionOf(number, sequence(), true)];
      const whole = { anchors: [good.der], chain: [good.issue({ extensions }).der], name: HOST };
      expect(chainVerdict(whole)).toBe("X509_CRITICAL_EXTENSION");
      expect(opensslTakes(whole)).toBe(false);
    },
  );

  test.each<[string, Recipe]>([
    ["for another name", { extensions: [extension.alternativeNames(["DNS", "other.test"])] }],
    ["for clients only", { extensions: [names, extension.extendedKeyUsage("clientAuth")] }],
    ["that has expired", { extensions: [names], begins: -3, ends: -1 }],
  ])("a good CA does not make up for an end entity %s", (_, recipe) => {
    const chain = [between.issue(recipe).der, between.der];
    expect(verdictOf([good], chain)).toMatch(
      /^X509_(BAD_SERVER_NAME|FORBIDDEN_KEY_USAGE|EXPIRED)$/,
    );
  });
});

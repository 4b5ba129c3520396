/**
 * A CA among the trust anchors that did not issue itself vouches only where the CA that issued it does,
 * and its certificate stands in for one that the peer leaves out. With OpenSSL beside our engine, which
 * has it so unless it is told `-partial_chain`.
 */
import { describe, expect, test } from "vitest";
import {
  chainVerdict,
  opensslObjection,
  opensslTakes,
  type Presented,
  refusesAnchors,
} from "../support/chain-verdict.ts";
import { ClientAuthority, type Recipe } from "../support/client-authority.ts";
import { extension, extensionOf } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { element, octets, sequence } from "./der.ts";

const HOST = "www.example.test";
const CA = extension.constraints({ ca: true });
const forHost: Recipe = { extensions: [extension.alternativeNames(["DNS", HOST])] };

const root = ClientAuthority.root({ subject: name(["CN", "Root"]) });
const upper = root.intermediate({ subject: name(["CN", "Upper"]) });
const lower = upper.intermediate({ subject: name(["CN", "Lower"]) });
const leaf = lower.issue(forHost).der;

/** OpenSSL must agree. */
function verdictOf(anchors: Uint8Array[], chain: Uint8Array[], isClients = false): string {
  const presented: Presented = { anchors, chain, name: isClients ? null : HOST, isClients };
  const verdict = chainVerdict(presented);
  expect(opensslTakes(presented), "OpenSSL").toBe(verdict === "taken");
  return verdict;
}

test.each([
  ["alone", [lower]],
  ["with the one above it, and without the root", [lower, upper]],
])("%s, it is no anchor", (_, anchors) => {
  const ders = anchors.map(({ der }) => der);
  expect(refusesAnchors(...ders)).toBe(true);
  for (const chain of [[leaf], [leaf, lower.der, upper.der, root.der]]) {
    expect(opensslTakes({ anchors: ders, chain, name: HOST })).toBe(false);
  }
});

test("beside an anchor of another name it vouches for no certificate", () => {
  const other = ClientAuthority.root({ subject: name(["CN", "Other"]) });
  expect(verdictOf([lower.der, other.der], [leaf])).toBe("X509_NOT_TRUSTED");
  expect(verdictOf([lower.der, other.der], [leaf, lower.der, upper.der])).toBe("X509_NOT_TRUSTED");
});

describe.each([false, true])("with the root, for a client's chain: %s", (isClients) => {
  test.each([
    ["from the leaf up", [lower, upper, root]],
    ["from the root down", [root, upper, lower]],
    ["in no order", [upper, root, lower]],
  ])("%s, the peer may send as much of the chain as it likes", (_, anchors) => {
    const ders = anchors.map(({ der }) => der);
    for (const chain of [[leaf], [leaf, lower.der], [leaf, lower.der, upper.der]]) {
      expect(verdictOf(ders, chain, isClients)).toBe("taken");
    }
  });

  test("what is neither sent nor there is missed", () => {
    expect(verdictOf([root.der], [leaf], isClients)).toBe("X509_NOT_TRUSTED");
    expect(verdictOf([root.der, upper.der], [leaf], isClients)).toBe("X509_NOT_TRUSTED");
    expect(verdictOf([root.der, upper.der], [leaf, lower.der], isClients)).toBe("taken");
  });
});

test("with partialChain, it vouches as a root does, as with OpenSSL's -partial_chain", () => {
  const verdict = (chain: Uint8Array[], anchor = lower) => {
    const presented = { anchors: [anchor.der], chain, name: HOST, partialChain: true };
    const verdict = chainVerdict(presented);
    const objection = opensslObjection(presented, ["-partial_chain"]);
    expect(objection === "", "OpenSSL").toBe(verdict === "taken");
    return verdict;
  };
  expect(verdict([leaf])).toBe("taken");
  expect(verdict([leaf, lower.der, upper.der])).toBe("taken");
  expect(verdict([leaf, lower.der], upper)).toBe("taken");
  expect(verdict([root.issue(forHost).der])).toBe("X509_NOT_TRUSTED");
});

describe("it is validated as a peer's is", () => {
  test.each<[string, Recipe, string]>([
    ["is out of date", { begins: -3, ends: -1 }, "X509_NOT_TRUSTED"],
    ["is not valid yet", { begins: 1, ends: 3 }, "X509_NOT_TRUSTED"],
    [
      "is for clients",
      { extensions: [CA, extension.extendedKeyUsage("clientAuth")] },
      "X509_FORBIDDEN_KEY_USAGE",
    ],
    [
      "is for other names",
      { extensions: [CA, extension.nameConstraints({ permitted: [["DNS", "other.test"]] })] },
      "X509_NAME_CONSTRAINT",
    ],
    ["has a signature that does not hold", { broken: true }, "X509_BAD_SIGNATURE"],
  ])("one that %s doesn't help", (_, recipe, verdict) => {
    const one = root.intermediate(recipe);
    expect(verdictOf([root.der, one.der], [one.issue(forHost).der])).toBe(verdict);
  });

  test("what its root says counts: length of path, and dates", () => {
    const limited = (recipe: Recipe) => {
      const above = ClientAuthority.root(recipe);
      const one = above.intermediate();
      return verdictOf([above.der, one.der], [one.issue(forHost).der]);
    };
    expect(limited({})).toBe("taken");
    const extensions = [extension.constraints({ ca: true, pathLength: 0 })];
    expect(limited({ extensions })).toBe("X509_NOT_CA");
    expect(limited({ begins: -3, ends: -1 })).toBe("X509_ANCHOR_OUT_OF_DATE");
  });

  test("a chain gets no longer than eight certificates by it", () => {
    const all = [root];
    for (let n = 0; n < 9; n++) all.push((all.at(-1) as ClientAuthority).intermediate());
    const anchors = all.map(({ der }) => der);
    const verdict = (depth: number) => {
      const one = (all[depth] as ClientAuthority).issue(forHost).der;
      return chainVerdict({ anchors, chain: [one], name: HOST });
    };
    expect(verdict(7)).toBe("taken");
    expect(verdict(8)).toBe("X509_NOT_TRUSTED");
  });
});

test("of two with one name, it is the one that is valid, or that the leaf names", () => {
  const subject = name(["CN", "Renewed"]);
  const old = root.intermediate({ subject, begins: -3, ends: -1 });
  const fresh = root.intermediate({ subject });
  const chain = [fresh.issue(forHost).der];
  expect(verdictOf([root.der, old.der, fresh.der], chain)).toBe("taken");
  expect(verdictOf([root.der, fresh.der, old.der], chain)).toBe("taken");

  const [one, two] = [1, 2].map((n) => {
    const identifier = extensionOf("2.5.29.14", octets(Buffer.alloc(20, n)));
    return root.intermediate({ subject, extensions: [CA, identifier] });
  }) as [ClientAuthority, ClientAuthority];
  [one, two].forEach((issuer, index) => {
    const keyOf = extensionOf("2.5.29.35", sequence(element(0x80, Buffer.alloc(20, index + 1))));
    const extensions = [...(forHost.extensions ?? []), keyOf];
    const named = [issuer.issue({ extensions }).der];
    expect(verdictOf([root.der, one.der, two.der], named)).toBe("taken");
    expect(verdictOf([root.der, two.der, one.der], named)).toBe("taken");
  });
});

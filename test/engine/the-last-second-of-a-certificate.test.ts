/**
 * A certificate is over in the second that its last date names, as OpenSSL has it: an end entity's,
 * a CA's in the chain, an anchor's, and one that is trusted for itself. With OpenSSL beside our engine.
 */
import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { chainVerdict, opensslObjection } from "../support/chain-verdict.ts";
import { ClientAuthority, selfSigned } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";

const HOST = "www.example.test";
const names = [extension.alternativeNames(["DNS", HOST])];
const root = ClientAuthority.root({ ends: 300 });
const early = ClientAuthority.root({ ends: 200 });
const between = root.intermediate({ ends: 200 });
const pinned = selfSigned({ extensions: names, ends: 200 });
const long = { extensions: names, ends: 300 };

test.each<[string, Buffer, Buffer, Buffer[], string]>([
  ["end entity", root.issue({ extensions: names, ends: 200 }).der, root.der, [], "X509_EXPIRED"],
  ["CA in the chain", between.der, root.der, [between.issue(long).der], "X509_EXPIRED"],
  ["trust anchor", early.der, early.der, [early.issue(long).der], "X509_ANCHOR_OUT_OF_DATE"],
  ["certificate that is trusted for itself", pinned.der, pinned.der, [], "X509_EXPIRED"],
])(
  "the last second of the life of a(n) %s is the one before",
  (_, dated, anchor, below, reason) => {
    const end = Date.parse(new X509Certificate(dated).validTo);
    const chain = dated === anchor && below.length > 0 ? below : [...below, dated];
    const verdictAt = (now: number) => {
      const presented = { anchors: [anchor], chain, name: HOST, now };
      const verdict = chainVerdict(presented);
      expect(opensslObjection(presented) === "", "OpenSSL").toBe(verdict === "taken");
      return verdict;
    };
    expect(verdictAt(end - 1000)).toBe("taken");
    expect(verdictAt(end - 1)).toBe("taken");
    expect(verdictAt(end)).toBe(reason);
    expect(verdictAt(end + 1000)).toBe(reason);
  },
);

/**
 * What we can't read in a certificate may forbid what we would allow without it. BearSSL reads lengths
 * that are longer than they need be, and we don't: such a certificate is no anchor, and no CA's in a chain.
 */
import { sign } from "node:crypto";
import { expect, test } from "vitest";
import { newKey } from "../support/certificates.ts";
import { chainVerdict, refusesAnchors } from "../support/chain-verdict.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { element, sequence } from "./der.ts";

const HOST = "www.example.test";
const key = newKey("P-256");
const CA = extension.constraints({ ca: true });
const narrow = extension.nameConstraints({ permitted: [["DNS", "other.test"]], critical: false });
const recipe = { key, subject: name(["CN", "Narrow"]), extensions: [CA, narrow] };
const names = { extensions: [extension.alternativeNames(["DNS", HOST])] };

/** The elements of a SEQUENCE, whole. */
function partsOf(der: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  const end = (at: number): number => {
    const first = der.readUInt8(at + 1);
    if (first < 0x80) return at + 2 + first;
    return at + 2 + (first & 0x7f) + der.readUIntBE(at + 2, first & 0x7f);
  };
  const begin = der.readUInt8(1) < 0x80 ? 2 : 2 + (der.readUInt8(1) & 0x7f);
  for (let at = begin; at < der.length; at = end(at)) parts.push(der.subarray(at, end(at)));
  return parts;
}

/** The same element, its length in four bytes. */
function longer(part: Buffer): Buffer {
  const content = Buffer.concat(partsOf(part));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([part.subarray(0, 1), Buffer.of(0x84), length, content]);
}

/** Its extensions with a longer length, signed again. */
function inPart(der: Buffer, signer = key): Buffer {
  const [tbs, algorithm] = partsOf(der) as [Buffer, Buffer];
  const fields = partsOf(tbs);
  const changed = sequence(...fields.slice(0, -1), longer(fields.at(-1) as Buffer));
  const signature = sign("sha256", changed, signer);
  return sequence(changed, algorithm, element(0x03, Buffer.of(0), signature));
}

test("an anchor is left out", () => {
  const root = ClientAuthority.root(recipe);
  const chain = [root.issue(names).der];
  expect(chainVerdict({ anchors: [root.der], chain, name: HOST })).toBe("X509_NAME_CONSTRAINT");
  expect(refusesAnchors(inPart(root.der))).toBe(true);
});

test("a CA in a chain is refused", () => {
  const upper = newKey("P-256");
  const above = ClientAuthority.root({ key: upper });
  const between = above.intermediate(recipe);
  const leaf = between.issue(names).der;
  const verdict = (der: Buffer) =>
    chainVerdict({ anchors: [above.der], chain: [leaf, der], name: HOST });
  expect(verdict(between.der)).toBe("X509_NAME_CONSTRAINT");
  expect(verdict(inPart(between.der, upper))).toBe("X509_UNEXPECTED");
});

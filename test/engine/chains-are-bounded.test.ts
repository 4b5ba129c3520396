/**
 * A chain costs the one who gets it a signature's verification for each certificate, before anything is
 * known of the peer. So its length and its keys are bounded.
 */
import { execFileSync } from "node:child_process";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  certificateMessage,
  chainVerdict,
  engineFor,
  refusesAnchors,
  say,
} from "../support/chain-verdict.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";

const HOST = "www.example.test";
const forHost = { extensions: [extension.alternativeNames(["DNS", HOST])] };
const root = ClientAuthority.root();

/** With so many certificates altogether. */
function chainOf(count: number, below = root): Uint8Array[] {
  let issuer = below;
  for (let n = 0; n < count - 1; n++) {
    issuer = issuer.intermediate({ subject: name(["CN", `CA ${n}`]) });
  }
  return [issuer.issue(forHost).der, ...issuer.chain];
}

test.each([false, true])("eight certificates are taken, of clients: %s", (isClients) => {
  const chain = chainOf(8);
  expect(chainVerdict({ anchors: [root.der], chain, name: HOST, isClients })).toBe("taken");
});

test.each([false, true])("the ninth ends it when it begins, of clients: %s", (isClients) => {
  const chain = chainOf(9);
  const presented = { anchors: [root.der], chain, name: HOST, isClients };
  expect(chainVerdict(presented)).toBe("X509_LIMIT_EXCEEDED");

  // Nothing of what comes behind is taken in, however much the message promises.
  const engine = engineFor(presented);
  const eight = certificateMessage(chain.slice(0, 8)).subarray(MESSAGE_AND_LIST);
  const promised = Buffer.from("0bffffff" + "fffffc", "hex");
  say(engine, Buffer.concat([promised, eight]));
  expect(engine.error).toBeNull();
  say(engine, Buffer.from("010000", "hex"));
  expect(engine.error?.reason).toBe("X509_LIMIT_EXCEEDED");
  expect(engine.closed).toBe(true);
  expect(engine.buffer("recvrec").length).toBe(0);
});

function rsaKey(publicExponent: string): KeyObject {
  const bits = ["-pkeyopt", "rsa_keygen_bits:2048"];
  const exponent = ["-pkeyopt", `rsa_keygen_pubexp:${publicExponent}`];
  const made = execFileSync("openssl", ["genpkey", "-algorithm", "RSA", ...bits, ...exponent], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return createPrivateKey(made);
}

describe.each([
  ["65537", "taken"],
  // 33 bits, and 34.
  [`${2 ** 33 - 9}`, "taken"],
  [`${2 ** 33 + 17}`, "X509_LIMIT_EXCEEDED"],
  [`${2n ** 200n + 235n}`, "X509_LIMIT_EXCEEDED"],
])("an RSA key with the exponent %s", (exponent, verdict) => {
  const key = rsaKey(exponent);

  test("of a CA in the chain", () => {
    const issuer = root.intermediate({ key });
    const chain = [issuer.issue(forHost).der, issuer.der];
    expect(chainVerdict({ anchors: [root.der], chain, name: HOST })).toBe(verdict);
  });

  test("of the end entity", () => {
    const chain = [root.issue({ ...forHost, key }).der];
    expect(chainVerdict({ anchors: [root.der], chain, name: HOST })).toBe(verdict);
  });

  test("of an anchor", () => {
    const anchor = ClientAuthority.root({ key });
    expect(refusesAnchors(anchor.der)).toBe(verdict !== "taken");
  });

  test("is looked at before any signature", () => {
    const issuer = root.intermediate({ key });
    const chain = [issuer.issue({ ...forHost, broken: true }).der, issuer.der];
    const broken = chainVerdict({ anchors: [root.der], chain, name: HOST });
    expect(broken).toBe(verdict === "taken" ? "X509_BAD_SIGNATURE" : verdict);
  });
});

test("eight certificates on P-521 cost less than what 64 did", () => {
  let issuer = ClientAuthority.root({ kind: "P-521", hash: "sha512" });
  const strange = issuer.der;
  for (let n = 0; n < 7; n++) {
    issuer = issuer.intermediate({ kind: "P-521", subject: name(["CN", `CA ${n}`]) });
  }
  const chain = [issuer.issue(forHost).der, ...issuer.chain];
  const before = process.cpuUsage();
  expect(chainVerdict({ anchors: [strange], chain, name: HOST })).toBe("taken");
  expect(process.cpuUsage(before).user / 1000, "milliseconds of a processor").toBeLessThan(430);
});

/** Headers of the message and of the list of certificates. */
const MESSAGE_AND_LIST = 4 + 3;

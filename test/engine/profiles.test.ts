import { describe, expect, test } from "vitest";
import type { Profile } from "../../src/sandbox/engine-settings.ts";
import { Authority, type Credentials } from "../support/certificates.ts";
import { MODERN_SUITES, OLDER_SUITES, type Suite } from "../support/suites.ts";
import { type Answer, answerIn, clientHello, type Hello, VERSION } from "./client-hello.ts";
import { drain, feed, newServer } from "./instances.ts";

/** What each profile offers, and in which order: asked of the engine itself, suite by suite. */

const authority = Authority.root();
const rsaAuthority = Authority.root("RSA-2048");
const HANDSHAKE_FAILURE = { alert: 40 };
const PROTOCOL_VERSION = { alert: 70 };

const servers: Record<string, Credentials> = {
  ECDSA: authority.issue(),
  RSA: authority.issue({ kind: "RSA-2048" }),
  "ECDSA signed by RSA": rsaAuthority.issue(),
};

const allSuites = [...MODERN_SUITES, ...OLDER_SUITES];

interface Question extends Partial<Hello> {
  profile: Profile;
  server?: string;
}

function ask({ profile, server = "ECDSA", ...hello }: Question): Answer {
  const engine = newServer(servers[server] as Credentials, { profile });
  feed(engine, "recvrec", clientHello({ suites: allSuites.map(({ id }) => id), ...hello }));
  return answerIn(drain(engine, "sendrec"));
}

/** The names of the suites that a server takes, the one that it likes best first. */
function preferences(question: Question): string[] {
  const left = new Map(allSuites.map((suite) => [suite.id, suite]));
  const names: string[] = [];
  for (;;) {
    const answer = ask({ ...question, suites: [...left.keys()] });
    if (answer === null || !("suite" in answer)) {
      expect(answer).toEqual(HANDSHAKE_FAILURE);
      return names;
    }
    names.push((left.get(answer.suite) as Suite).name);
    left.delete(answer.suite);
  }
}

describe("the profile modern", () => {
  test("offers ECDHE with AEAD only, ChaCha20 first, then AES-GCM, then AES-CCM", () => {
    expect(preferences({ profile: "modern" })).toEqual([
      "ECDHE-ECDSA-CHACHA20-POLY1305",
      "ECDHE-ECDSA-AES128-GCM-SHA256",
      "ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-ECDSA-AES128-CCM",
      "ECDHE-ECDSA-AES256-CCM",
      "ECDHE-ECDSA-AES128-CCM8",
      "ECDHE-ECDSA-AES256-CCM8",
    ]);
    expect(preferences({ profile: "modern", server: "RSA" })).toEqual([
      "ECDHE-RSA-CHACHA20-POLY1305",
      "ECDHE-RSA-AES128-GCM-SHA256",
      "ECDHE-RSA-AES256-GCM-SHA384",
    ]);
  });

  test("speaks TLS 1.2 and nothing before", () => {
    expect(ask({ profile: "modern" })).toMatchObject({ version: VERSION.tls12 });
    expect(ask({ profile: "modern", version: VERSION.tls11 })).toEqual(PROTOCOL_VERSION);
    expect(ask({ profile: "modern", version: VERSION.tls10 })).toEqual(PROTOCOL_VERSION);
  });

  test("answers a client of a later version with TLS 1.2", () => {
    expect(ask({ profile: "modern", version: 0x0304 })).toMatchObject({ version: VERSION.tls12 });
  });

  test("doesn't sign with SHA-1", () => {
    expect(ask({ profile: "modern", signatures: SHA1_SIGNATURES })).toEqual(HANDSHAKE_FAILURE);
  });

  test("refuses a client that knows none of our curves", () => {
    expect(ask({ profile: "modern", groups: [22] })).toEqual(HANDSHAKE_FAILURE);
  });
});

describe.each(["compat", "legacy"] as const)("the profile %s", (profile) => {
  test.each([
    ["ECDSA", /^ECDHE?-ECDSA-/],
    ["RSA", /^(ECDHE-RSA-|AES|DES-)/],
    ["ECDSA signed by RSA", /^(ECDHE-ECDSA-|ECDH-RSA-)/],
  ])("offers all of BearSSL's suites for this key: %s", (server, itsSuites) => {
    const expected = allSuites.map(({ name }) => name).filter((name) => itsSuites.test(name));
    expect(preferences({ profile, server }).sort()).toEqual(expected.sort());
  });

  test.each(Object.keys(servers))("prefers the better ones, as documented: %s", (server) => {
    const names = preferences({ profile, server });
    expect(names.map(merit)).toEqual(names.map(merit).sort((a, b) => a - b));
  });

  test("offers at first what modern does", () => {
    const modern = preferences({ profile: "modern" });
    expect(preferences({ profile }).slice(0, modern.length)).toEqual(modern);
  });

  test("signs with SHA-1 where the client knows nothing better", () => {
    const answer = ask({ profile, signatures: SHA1_SIGNATURES });
    expect(answer).toMatchObject({ suite: 0xcca9 });
  });
});

describe("the profile compat", () => {
  test("speaks TLS 1.2 and nothing before", () => {
    expect(ask({ profile: "compat" })).toMatchObject({ version: VERSION.tls12 });
    expect(ask({ profile: "compat", version: VERSION.tls11 })).toEqual(PROTOCOL_VERSION);
  });
});

describe("the profile legacy", () => {
  test.each(Object.entries(VERSION))("speaks %s", (_name, version) => {
    expect(ask({ profile: "legacy", version })).toMatchObject({ version });
  });

  test("speaks no SSL 3", () => {
    expect(ask({ profile: "legacy", version: 0x0300 })).toEqual(PROTOCOL_VERSION);
  });

  test("offers before TLS 1.2 only what existed then, with ECDHE first and 3DES last", () => {
    expect(preferences({ profile: "legacy", server: "RSA", version: VERSION.tls10 })).toEqual([
      "ECDHE-RSA-AES128-SHA",
      "ECDHE-RSA-AES256-SHA",
      "AES128-SHA",
      "AES256-SHA",
      "ECDHE-RSA-DES-CBC3-SHA",
      "DES-CBC3-SHA",
    ]);
  });
});

/** SHA-1 with ECDSA and with RSA. */
const SHA1_SIGNATURES = [0x0203, 0x0201];

/** 3DES last; ECDHE, then static ECDH, then RSA; in each, AEAD before CBC; ChaCha20 at the top. */
function merit(name: string): number {
  if (name.includes("DES-CBC3")) return 100;
  const exchange = name.startsWith("ECDHE-") ? 0 : name.startsWith("ECDH-") ? 10 : 20;
  const mode = ["CHACHA20", "GCM", "CCM"].findIndex((aead) => name.includes(aead));
  return exchange + (mode === -1 ? 3 : mode);
}

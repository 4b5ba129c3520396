/**
 * testssl.sh reads each profile as an auditor would. What it finds is exactly what is accepted
 * below, each with its reason: a finding that comes is a failure, and so is one that goes.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { Authority, type KeyKind } from "../support/certificates.ts";
import { type Finding, isHarmless, PATIENCE_MS, testssl } from "./testssl.ts";

type Accepted = Readonly<Record<string, readonly [severity: string, reason: string]>>;

const inModern: Accepted = {};

const inCompat: Accepted = {
  cipherlist_3DES_IDEA: ["MEDIUM", "3DES is the last of the suites, for clients that have no AES"],
  cipherlist_AVERAGE: ["LOW", "CBC is what old clients have"],
  SWEET32: ["LOW", "of 3DES: no client that has anything better gets it"],
  LUCKY13: ["LOW", "CBC is offered; BearSSL checks MAC and padding in constant time"],
};

const inLegacy: Accepted = {
  ...inCompat,
  TLS1: ["LOW", "what the profile is for"],
  TLS1_1: ["LOW", "what the profile is for"],
  BEAST: ["LOW", "of TLS 1.0; it is the client that has to split its records"],
  BEAST_CBC_TLS1: ["MEDIUM", "of TLS 1.0, which has no other suites: RC4 is not offered"],
};

interface Case {
  accepted: Accepted;
  /** With RSA where there is static RSA: ROBOT is about nothing else. */
  kind: KeyKind;
  sections: readonly string[];
}

const VERSIONS_SUITES_VULNERABILITIES = ["-p", "-s", "-U"] as const;

const cases = {
  strict: {
    ...{ accepted: {}, kind: "P-256" },
    sections: [...VERSIONS_SUITES_VULNERABILITIES, "-f", "-P", "-S"],
  },
  modern: {
    ...{ accepted: inModern, kind: "P-256" },
    sections: [...VERSIONS_SUITES_VULNERABILITIES, "-f", "-P", "-S"],
  },
  compat: {
    ...{ accepted: inCompat, kind: "RSA-2048" },
    sections: VERSIONS_SUITES_VULNERABILITIES,
  },
  legacy: {
    ...{ accepted: inLegacy, kind: "RSA-2048" },
    sections: VERSIONS_SUITES_VULNERABILITIES,
  },
} as const satisfies Record<string, Case>;

type Profile = keyof typeof cases;
const profiles = Object.keys(cases) as Profile[];

/** One in which testssl has nothing to find. */
const certificate = {
  ...{ name: "localhost", days: 90 },
  extensions: ["extendedKeyUsage=serverAuth", "crlDistributionPoints=URI:http://localhost/none"],
};

const reports = new Map<Profile, Finding[]>();

beforeAll(async () => {
  const authority = Authority.root();
  const scan = async (profile: Profile) => {
    const { kind, sections } = cases[profile];
    const credentials = authority.issue({ ...certificate, kind });
    reports.set(profile, await testssl({ profile, authority, credentials, sections }));
  };
  await Promise.all(profiles.map(scan));
}, PATIENCE_MS);

describe.each(profiles)("%s", (profile) => {
  it("has no findings but the accepted ones", () => {
    const findings = reportOf(profile).filter((finding) => !isHarmless(finding));
    const found = Object.fromEntries(findings.map(({ id, severity }) => [id, severity]));
    const accepted = Object.entries<readonly [string, string]>(cases[profile].accepted);
    expect(found).toEqual(Object.fromEntries(accepted.map(([id, [severity]]) => [id, severity])));
  });

  it.each(["heartbleed", "CCS", "ticketbleed", "ROBOT", "secure_renego", "secure_client_renego"])(
    "passes the test for %s",
    (id) => expect(verdict(profile, id)).toBe("OK"),
  );

  it.each(["CRIME_TLS", "POODLE_SSL", "fallback_SCSV", "FREAK", "DROWN", "LOGJAM", "RC4"])(
    "passes the test for %s",
    (id) => expect(verdict(profile, id)).toBe("OK"),
  );

  it.each(["NULL", "aNULL", "EXPORT", "LOW"])("has no suites of the category %s", (category) => {
    expect(verdict(profile, `cipherlist_${category}`)).toBe("OK");
  });
});

describe.each(profiles)("%s", (profile) => {
  it("has TLS 1.3", () => {
    expect(verdict(profile, "TLS1_3")).toBe("OK");
  });
});

describe("modern", () => {
  it.each(["SWEET32", "BEAST", "LUCKY13", "PFS", "cipher_order", "cert_chain_of_trust"])(
    "passes the test for %s, too",
    (id) => expect(verdict("modern", id)).toBe("OK"),
  );
});

function reportOf(profile: Profile): Finding[] {
  return reports.get(profile) ?? [];
}

function verdict(profile: Profile, id: string): string | undefined {
  return reportOf(profile).find((finding) => finding.id === id)?.severity;
}

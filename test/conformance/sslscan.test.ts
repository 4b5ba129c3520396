/** sslscan sees of each profile the versions and suites that it is meant to have, and no more. */
import { describe, expect, it } from "vitest";
import type { Profile } from "../../src/sandbox/engine-settings.ts";
import { Authority, type KeyKind } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { startServer } from "../support/server.ts";
import { existsBefore12, MODERN_SUITES, OLDER_SUITES, type Suite } from "../support/suites.ts";

const authority = Authority.root();

const profiles = [
  { profile: "strict", versions: ["TLSv1.3"] },
  { profile: "modern", versions: ["TLSv1.2", "TLSv1.3"] },
  { profile: "compat", versions: ["TLSv1.2", "TLSv1.3"] },
  { profile: "legacy", versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"] },
] as const;

/** What sslscan calls 3DES is `medium`; it has `weak`, `null` and `anonymous`, too. */
const GOOD_ENOUGH: Record<Profile, string[]> = {
  strict: ["strong", "acceptable"],
  modern: ["strong", "acceptable"],
  compat: ["strong", "acceptable", "medium"],
  legacy: ["strong", "acceptable", "medium"],
};

const keys: { kind: KeyKind; exchanges: RegExp }[] = [
  { kind: "P-256", exchanges: /^ECDHE?-ECDSA-/ },
  // Static RSA has no prefix in OpenSSL's names.
  { kind: "RSA-2048", exchanges: /^(ECDHE-RSA-|(?!ECDH))/ },
];

describe.each(profiles)("$profile", ({ profile, versions }) => {
  it.each(keys)("with a key of $kind", async ({ kind, exchanges }) => {
    const report = await sslscan(profile, kind);
    expect(enabledVersions(report)).toEqual(versions);

    const suites = olderSuites(profile).filter(({ name }) => exchanges.test(name));
    const offered = versions.flatMap((version) => suitesOf(suites, version));
    expect(acceptedSuites(report)).toEqual(offered.sort());
    expect(GOOD_ENOUGH[profile]).toEqual(expect.arrayContaining(strengths(report)));

    expect(report).not.toMatch(/<heartbleed [^>]*vulnerable="1"/);
    expect(report.match(/<heartbleed [^>]*vulnerable="0"/g)).toHaveLength(versions.length);
    expect(report).not.toMatch(/<renegotiation supported="1" secure="0"/);
  });
});

const TLS13_SUITES = [0x1301, 0x1302, 0x1303];

/** Those for versions before TLS 1.3. */
function olderSuites(profile: Profile): readonly Suite[] {
  if (profile === "strict") return [];
  return profile === "modern" ? MODERN_SUITES : [...MODERN_SUITES, ...OLDER_SUITES];
}

async function sslscan(profile: Profile, kind: KeyKind): Promise<string> {
  const server = await startServer({
    ...{ authority, credentials: authority.issue({ name: "localhost", kind }) },
    options: ["-S", "--tls-profile", profile],
  });
  // Its search for groups waits three seconds for each one, where static RSA needs none.
  const ended = await run(["sslscan", "--no-groups", "--xml=-", `127.0.0.1:${server.port}`]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return ended.stdout;
}

function enabledVersions(report: string): string[] {
  const protocols = report.matchAll(/<protocol type="(\w+)" version="([\d.]+)" enabled="1"/g);
  return [...protocols].map(([, type, version]) => `${type?.toUpperCase()}v${version}`);
}

/** Version and suite's number, sorted. */
function acceptedSuites(report: string): string[] {
  const ciphers = report.matchAll(/<cipher [^>]*sslversion="([^"]+)" [^>]*id="0x([0-9A-F]+)"/g);
  return [...ciphers].map(([, version, id = ""]) => `${version} ${Number.parseInt(id, 16)}`).sort();
}

function suitesOf(suites: readonly Suite[], version: string): string[] {
  if (version === "TLSv1.3") return TLS13_SUITES.map((id) => `${version} ${id}`);
  return suites
    .filter((suite) => version >= "TLSv1.2" || existsBefore12(suite))
    .map(({ id }) => `${version} ${id}`);
}

function strengths(report: string): string[] {
  const all = [...report.matchAll(/ strength="(\w+)"/g)].map(([, strength = ""]) => strength);
  return [...new Set(all)];
}

/**
 * Each profile speaks each of its suites with a server that speaks nothing else, and prog hears of
 * it by OpenSSL's name. The server is OpenSSL wherever OpenSSL still can, and otherwise GnuTLS.
 * static-ecdh.test.ts has what neither of them has.
 */
import { describe, expect, it } from "vitest";
import { asking, call, refusalOf } from "../support/calls.ts";
import { Authority, type Credentials } from "../support/certificates.ts";
import {
  existsBefore12,
  isStaticEcdh,
  isTripleDes,
  MODERN_SUITES,
  OLDER_SUITES,
  type Suite,
} from "../support/suites.ts";
import { gnutlsServer, reversingServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const ecdsa = authority.issue();
const rsa = authority.issue({ kind: "RSA-2048" });

const VERSIONS = { TLSv1: "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2" } as const;

const spoken = OLDER_SUITES.filter((suite) => !isStaticEcdh(suite));
const olderOpenssl = spoken.filter((suite) => !isTripleDes(suite));

function credentialsFor({ name }: Suite): Credentials {
  return name.includes("ECDSA") ? ecdsa : rsa;
}

function only({ name }: Suite, version: keyof typeof VERSIONS): string[] {
  return [VERSIONS[version], "-cipher", `${name}:@SECLEVEL=0`];
}

async function agreed(profile: string, version: keyof typeof VERSIONS, suite: Suite) {
  const { port } = await reversingServer(credentialsFor(suite), only(suite, version));
  const options = ["--tls-profile", profile];
  const client = await call({ port, authority, options, prog: asking("regit") });
  return client.ended;
}

it.each(MODERN_SUITES)("modern: $name", async (suite) => {
  const ended = await agreed("modern", "TLSv1.2", suite);
  expect(ended).toMatchObject({ stdout: `tiger\nTLSv1.2 ${suite.name}\n`, stderr: "", code: 0 });
});

it.each(olderOpenssl)("compat: $name", async (suite) => {
  const ended = await agreed("compat", "TLSv1.2", suite);
  expect(ended).toMatchObject({ stdout: `tiger\nTLSv1.2 ${suite.name}\n`, stderr: "", code: 0 });
});

const old = olderOpenssl.filter(existsBefore12);
it.each([
  ...old.map((suite) => ["TLSv1", suite.name, suite] as const),
  ...old.map((suite) => ["TLSv1.1", suite.name, suite] as const),
])("legacy: %s with %s", async (version, name, suite) => {
  const ended = await agreed("legacy", version, suite);
  expect(ended).toMatchObject({ stdout: `tiger\n${version} ${name}\n`, stderr: "", code: 0 });
});

it.each(spoken.filter(isTripleDes))("compat: $name", async (suite) => {
  const exchange = /^(ECDHE-ECDSA|ECDHE-RSA)-/.exec(suite.name)?.[1] ?? "RSA";
  const priority = `LEGACY:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+3DES-CBC:-KX-ALL:+${exchange}`;
  const { port } = await gnutlsServer(credentialsFor(suite), ["--priority", priority]);
  const options = ["--tls-profile", "compat"];
  const client = await call({ port, authority, options, prog: asking("tiger") });
  expect(await client.ended).toMatchObject({
    stdout: `tiger\nTLSv1.2 ${suite.name}\n`,
    stderr: "",
    code: 0,
  });
});

it.each(["TLSv1", "TLSv1.1"] as const)("compat doesn't speak %s", async (version) => {
  const suite = OLDER_SUITES.find(({ name }) => name === "ECDHE-ECDSA-AES128-SHA") as Suite;
  const { port } = await reversingServer(ecdsa, only(suite, version));
  const options = ["--tls-profile", "compat"];
  const { code, stderr } = await refusalOf({ port, authority, options });
  expect(stderr).toMatch(/^s6-tlsc: fatal: TLS error: [^\n]*sent the alert protocol_version\n$/);
  expect(code).toBe(98);
});

it("modern has nothing in common with a server of CBC suites alone", async () => {
  const { port } = await reversingServer(ecdsa, ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"]);
  const { code, stderr } = await refusalOf({ port, authority });
  expect(stderr).toMatch(/^s6-tlsc: fatal: TLS error: [^\n]*handshake_failure[^\n]*\n$/);
  expect(code).toBe(98);
});

const SUITES13 = [
  ...["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"],
];

describe.each(["modern", "compat", "legacy", "strict"])("TLS 1.3 with %s", (profile) => {
  it.each(SUITES13)("%s", async (suite) => {
    const { port } = await reversingServer(ecdsa, ["-tls1_3", "-ciphersuites", suite]);
    const options = ["--tls-profile", profile];
    const client = await call({ port, authority, options, prog: asking("regit") });
    const ended = await client.ended;
    expect(ended).toMatchObject({ stdout: `tiger\nTLSv1.3 ${suite}\n`, stderr: "", code: 0 });
  });
});

it("a server that has given up TLS 1.2 refuses us with --tls-max 1.2, and we say so", async () => {
  const { port } = await reversingServer(ecdsa, ["-tls1_3"]);
  const { code, stderr } = await refusalOf({ port, authority, options: ["--tls-max", "1.2"] });
  expect(stderr).toMatch(/^s6-tlsc: fatal: TLS error: [^\n]*protocol_version[^\n]*\n$/);
  expect(code).toBe(98);
});

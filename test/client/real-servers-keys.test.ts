/**
 * Servers that people run, with keys of each kind, and in each of our profiles: the program hears
 * from each of them. keys.test.ts and suites.test.ts have the same for openssl s_server.
 */
import { describe, expect, it } from "vitest";
import { asking, call } from "../support/calls.ts";
import { Authority, type Credentials, type KeyKind } from "../support/certificates.ts";
import { startServer } from "../support/server.ts";
import { gnutlsServer, nginx, stunnel } from "../support/tls-servers.ts";

const authority = Authority.root();
const kinds: KeyKind[] = ["RSA-2048", "RSA-4096", "P-256", "P-384", "P-521"];
const credentials = Object.fromEntries(
  kinds.map((kind) => [kind, authority.issue({ kind })]),
) as Record<KeyKind, Credentials>;

const ECHO = "read -r line; echo $line";
const PROFILES = ["modern", "compat", "legacy"];

function ourServer(files: Credentials) {
  return startServer({ authority, credentials: files });
}

describe.each<[string, (files: Credentials) => Promise<{ port: number }>, RegExp]>([
  ["gnutls-serv", (files) => gnutlsServer(files), /^GET \/\n/],
  ["nginx", (files) => nginx(files, "ssl_protocols TLSv1.2 TLSv1.3;"), /^nginx: /],
  ["stunnel", (files) => stunnel(files, ECHO), /^GET \/\n/],
  ["s6-tlsserver", ourServer, /^GET \/\n/],
])("%s", (_, serverWith, answer) => {
  async function heard(kind: KeyKind, options: string[] = []): Promise<string> {
    const { port } = await serverWith(credentials[kind]);
    const client = await call({ port, authority, options, prog: asking("GET /") });
    const { stdout, stderr, code } = await client.ended;
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toMatch(answer);
    return stdout;
  }

  it.each(kinds)("a key of %s in TLS 1.2", async (kind) => {
    const type = kind.startsWith("RSA") ? "RSA" : "ECDSA";
    expect(await heard(kind, ["--tls-max", "1.2"])).toContain(`\nTLSv1.2 ECDHE-${type}-`);
  });

  it.each(kinds)("a key of %s in TLS 1.3", async (kind) => {
    expect(await heard(kind, ["--tls-min", "1.3"])).toContain("\nTLSv1.3 TLS_");
  });

  it.each(PROFILES)("the profile %s", async (profile) => {
    await heard("RSA-2048", ["--tls-profile", profile]);
  });
});

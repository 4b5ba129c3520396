/**
 * A server's key may be of any kind that we have, in both versions, and who signed its certificate, too.
 */
import { describe, expect, it } from "vitest";
import { asking, call } from "../support/calls.ts";
import { Authority, type KeyKind } from "../support/certificates.ts";
import { reversingServer } from "../support/tls-servers.ts";

const kinds: KeyKind[] = ["RSA-2048", "RSA-4096", "P-256", "P-384", "P-521"];

const type = (kind: KeyKind) => (kind.startsWith("RSA") ? "RSA" : "ECDSA");

describe.each<[string, (kind: KeyKind) => string]>([
  ["-tls1_2", (kind) => `TLSv1.2 ECDHE-${type(kind)}-CHACHA20-POLY1305`],
  ["-tls1_3", () => "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256"],
])("%s", (flag, agreed) => {
  it.each(kinds)("a server with a key of %s", async (kind) => {
    const authority = Authority.root();
    const { port } = await reversingServer(authority.issue({ kind }), [flag]);
    const client = await call({ port, authority, prog: asking("regit") });
    const { stdout, stderr, code } = await client.ended;
    expect(stderr).toBe("");
    expect(stdout).toBe(`tiger\n${agreed(kind)}\n`);
    expect(code).toBe(0);
  });

  it.each(kinds)("a root with a key of %s", async (kind) => {
    const authority = Authority.root(kind);
    const { port } = await reversingServer(authority.issue(), [flag]);
    const client = await call({ port, authority, prog: asking("regit") });
    expect(await client.ended).toMatchObject({
      stdout: `tiger\n${agreed("P-256")}\n`,
      stderr: "",
      code: 0,
    });
  });
});

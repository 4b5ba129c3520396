/**
 * A server's key may be of any kind that TLS 1.2 has, and who signed its certificate, too.
 */
import { expect, it } from "vitest";
import { asking, call } from "../support/calls.ts";
import { Authority, type KeyKind } from "../support/certificates.ts";
import { reversingServer } from "../support/tls-servers.ts";

const kinds: KeyKind[] = ["RSA-2048", "RSA-4096", "P-256", "P-384", "P-521"];

it.each(kinds)("a server with a key of %s", async (kind) => {
  const authority = Authority.root();
  const { port } = await reversingServer(authority.issue({ kind }), ["-tls1_2"]);
  const client = await call({ port, authority, prog: asking("regit") });
  const { stdout, stderr, code } = await client.ended;
  const type = kind.startsWith("RSA") ? "RSA" : "ECDSA";
  expect(stderr).toBe("");
  expect(stdout).toBe(`tiger\nTLSv1.2 ECDHE-${type}-CHACHA20-POLY1305\n`);
  expect(code).toBe(0);
});

it.each(kinds)("a root with a key of %s", async (kind) => {
  const authority = Authority.root(kind);
  const { port } = await reversingServer(authority.issue(), ["-tls1_2"]);
  const client = await call({ port, authority, prog: asking("regit") });
  expect(await client.ended).toMatchObject({
    stdout: "tiger\nTLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305\n",
    stderr: "",
    code: 0,
  });
});

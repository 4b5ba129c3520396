/**
 * BearSSL doesn't know name constraints. What must be obeyed is therefore refused, wherever it stands;
 * what need not be (it is not critical) is not looked at.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { asking, call, refusalOf } from "../support/calls.ts";
import { SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { scratchFile } from "../support/scratch.ts";
import { opensslServer, reversingServer } from "../support/tls-servers.ts";

const forServer = { extensions: [extension.alternativeNames(["DNS", SERVER_NAME])] };

function constrained(permitted: string, critical: boolean) {
  const constraints = extension.nameConstraints({ permitted, critical });
  return { extensions: [extension.constraints({ ca: true }), constraints] };
}

const root = ClientAuthority.root();
const strict = { ...constrained("other.test", true), subject: name(["CN", "Root of other.test"]) };

it.each([
  ["that forbid the name", "other.test"],
  ["that allow the name", SERVER_NAME],
])("of an intermediate, critical and %s: refused", async (_, permitted) => {
  const credentials = root.intermediate(constrained(permitted, true)).issue(forServer);
  const { port } = await opensslServer(credentials);
  const { code, stderr } = await refusalOf({ port, authority: root });
  expect(stderr).toContain("TLS error: certificate with an unknown critical extension; sent");
  expect(code).toBe(98);
});

it("of the only root, critical: there is no trust anchor, 96", async () => {
  const only = ClientAuthority.root(strict);
  const { port } = await opensslServer(only.issue(forServer));
  const { code, stderr } = await refusalOf({ port, authority: only });
  expect(stderr).toMatch(/^s6-tlsc: fatal: unable to read trust anchors in [^\n]*can be used\n$/);
  expect(code).toBe(96);
});

it("of one root among others, critical: it vouches for nobody, and they do as ever", async () => {
  const other = ClientAuthority.root(strict);
  const both = readFileSync(other.certFile, "utf8") + readFileSync(root.certFile, "utf8");
  const authority = { certFile: scratchFile("bundle.pem", both) };
  const refusing = await opensslServer(other.issue(forServer));
  const { code, stderr } = await refusalOf({ port: refusing.port, authority });
  expect(stderr).toContain(
    "certificate that no trust anchor vouches for; sent the alert unknown_ca",
  );
  expect(code).toBe(98);
  const { port } = await reversingServer(root.issue(forServer));
  const client = await call({ port, authority, prog: asking("regit") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

it.each([
  ["an intermediate", root, root.intermediate(constrained("other.test", false))],
  ...[ClientAuthority.root(constrained("other.test", false))].map(
    (lax) => ["a root", lax, lax] as const,
  ),
] as const)("of %s, not critical: not looked at", async (_, authority, issuer) => {
  const { port } = await reversingServer(issuer.issue(forServer));
  const client = await call({ port, authority, prog: asking("regit") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

/**
 * A CA's name constraints are obeyed, critical or not, wherever they stand; all their kinds are in
 * test/engine/name-constraints.test.ts. Here are the programs: what they say, and that prog never runs.
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
  const constraints = extension.nameConstraints({ permitted: [["DNS", permitted]], critical });
  return { extensions: [extension.constraints({ ca: true }), constraints] };
}

const root = ClientAuthority.root();

const REFUSED = "certificate with a name that a CA above may not certify; sent the alert bad_certi";

it.each([true, false])(
  "of an intermediate that forbid the name, critical: %s",
  async (critical) => {
    const credentials = root.intermediate(constrained("other.test", critical)).issue(forServer);
    const { port } = await opensslServer(credentials);
    const { code, stderr } = await refusalOf({ port, authority: root });
    expect(stderr).toContain(REFUSED);
    expect(code).toBe(98);
  },
);

it.each([true, false])("of the root that forbid the name, critical: %s", async (critical) => {
  const only = ClientAuthority.root(constrained("other.test", critical));
  const { port } = await opensslServer(only.issue(forServer));
  const { code, stderr } = await refusalOf({ port, authority: only });
  expect(stderr).toContain(REFUSED);
  expect(code).toBe(98);
});

it.each([true, false])("that allow the name, of root and intermediate: %s", async (critical) => {
  const allowing = ClientAuthority.root(constrained(SERVER_NAME, critical));
  const credentials = allowing.intermediate(constrained("test", critical)).issue(forServer);
  const { port } = await reversingServer(credentials);
  const client = await call({ port, authority: allowing, prog: asking("regit") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

it("of one root among others: the others do as ever", async () => {
  const subject = name(["CN", "Root of other.test"]);
  const other = ClientAuthority.root({ ...constrained("other.test", true), subject });
  const both = readFileSync(other.certFile, "utf8") + readFileSync(root.certFile, "utf8");
  const authority = { certFile: scratchFile("bundle.pem", both) };
  const refusing = await opensslServer(other.issue(forServer));
  const { code, stderr } = await refusalOf({ port: refusing.port, authority });
  expect(stderr).toContain(REFUSED);
  expect(code).toBe(98);
  const { port } = await reversingServer(root.issue(forServer));
  const client = await call({ port, authority, prog: asking("regit") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

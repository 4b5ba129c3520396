/** A certificate of ours that has expired, or will within 14 days, is told by each program with one. */
import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { expiryOf } from "../../src/credentials/expiry.ts";
import { runAlone } from "../support/alone.ts";
import { call } from "../support/calls.ts";
import { Authority, derCertificate } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { opensslServer } from "../support/tls-servers.ts";

const root = ClientAuthority.root();
const DAY = 86_400_000;
const soon = root.issue({ ends: 5 });
const past = root.issue({ begins: -9, ends: -2 });

it("s6-tlsd: one that will soon, with the day", async () => {
  const { stderr } = await runAlone({ credentials: soon });
  expect(stderr).toMatch(
    new RegExp(
      `^s6-tlsd: warning: the certificate in ${soon.certFile} \\(CERTFILE\\) expires in 4 `,
    ),
  );
});

it("s6-tlsd: one that has, unless standard error is to stay empty", async () => {
  const { stderr } = await runAlone({ credentials: past });
  expect(stderr).toMatch(
    /^s6-tlsd: warning: .* expired on 20[0-9-]+T[0-9:.]+Z; put a new one there/,
  );
  const quiet = await runAlone({ args: ["-v", "0", "true"], credentials: past });
  expect(quiet.stderr).not.toContain("expired");
});

it("s6-tlsc: one that has", async () => {
  const { port } = await opensslServer(root.issue());
  const ours = { options: ["-y"], credentials: past };
  const client = await call({ port, authority: root, ...ours, prog: ["true"] });
  expect((await client.ended).stderr).toMatch(
    /^s6-tlsc: warning: the certificate in .* expired on /,
  );
});

it.each([
  ["13.9 days", 13.9, /^expires in 13 days, on /],
  ["14.1 days", 14.1, null],
  ["40 years", 40 * 365, null],
  ["an hour ago", -0.04, /^expired on /],
])("the end in %s", (_, ends, told) => {
  const expiry = expiryOf(root.issue({ begins: -1, ends }).der, Date.now());
  if (told === null) expect(expiry).toBeNull();
  else expect(expiry).toMatch(told);
});

it.each([
  ["GeneralizedTime", root.issue({ ends: 20 }).der],
  ["UTCTime", derCertificate(Authority.root().issue({ days: 20 }).certFile)],
])("the end is read to the second: %s", (_, der) => {
  const end = Date.parse(new X509Certificate(der).validTo);
  const day = new Date(end).toISOString();
  expect(expiryOf(der, end + 1)).toBe(`expired on ${day}`);
  expect(expiryOf(der, end - 1)).toBe(`expires in 0 days, on ${day}`);
  expect(expiryOf(der, end - 14 * DAY)).toBeNull();
  expect(expiryOf(der, end - 14 * DAY + 1)).toBe(`expires in 13 days, on ${day}`);
});

it("what is no certificate has no end", () => {
  expect(expiryOf(Buffer.from("3003020101", "hex"), Date.now())).toBeNull();
});

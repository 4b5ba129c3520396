/**
 * Files that can't be used are no error while prog talks in cleartext. When it asks for TLS they
 * are: one line says why, prog sees the end of all that it waits for, and we end as it ends.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { agreeOnTls, mailServer } from "../support/starttls.ts";

const authority = Authority.root();
const credentials = authority.issue();
const missing = { keyFile: "/nonexistent/key", certFile: credentials.certFile };
const NO_KEY = "unable to read private key in /nonexistent/key: No such file or directory";

const TELLS = `
  told=$(cat <&$SSLCTLFD | wc -c)
  read=$(cat <&$SSLREADFD | wc -c)
  echo "cleartext: told $told, read $read"
  exit 9
`;

it.each([
  ["a key that is not there", { credentials: missing }, NO_KEY],
  ["no KEYFILE", {}, "environment variable KEYFILE is not set"],
  [
    "no such profile",
    { credentials, environment: { TLS_PROFILE: "none" } },
    "unknown TLS profile none",
  ],
  ["-y and no CAFILE", { credentials, options: ["-y"] }, "CADIR or CAFILE"],
])("%s", async (_, service, reason) => {
  for (const letters of ["y", "Y"]) {
    const prog = mailServer({ letters, between: TELLS, inside: "echo never" });
    const listener = await serve({ program: "s6-ucspitlsd", prog, ...service });
    const client = await agreeOnTls(listener.port);
    const answer = everything(client);
    expect((await answer).toString()).toBe("cleartext: told 0, read 0\n");
    const { code, stderr } = await (await listener.tunnel()).ended;
    expect(code).toBe(9);
    expect(stderr).toMatch(/^s6-ucspitlsd: fatal: [^\n]*\n$/);
    expect(stderr).toContain(reason);
  }
});

it("a program that writes on all the same gets an error for it, and does not hang", async () => {
  const between = 'cat <&$SSLREADFD; yes >&$SSLWRITEFD 2>/dev/null; echo "yes ended"; exit 4';
  const prog = mailServer({ between, inside: "echo never" });
  const listener = await serve({ program: "s6-ucspitlsd", prog, credentials: missing });
  const client = await agreeOnTls(listener.port);
  expect((await everything(client)).toString()).toBe("yes ended\n");
  expect((await (await listener.tunnel()).ended).code).toBe(4);
});

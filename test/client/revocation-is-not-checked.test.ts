/**
 * Whether a certificate was revoked is not checked: BearSSL has neither lists nor OCSP, and who counts
 * on them has to know. Only a certificate that critically must be stapled is refused.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { asking, call, refusalOf } from "../support/calls.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { opensslServer, plainServer, reversingServer } from "../support/tls-servers.ts";

const CRL_CONFIG = (index: string) => `[ca]
default_ca = own
[own]
database = ${index}
default_md = sha256
default_crl_days = 1
`;

/** The CA's list, with that certificate on it. */
function revocationOf(certFile: string, authority: Authority): string {
  const shown = execFileSync("openssl", ["x509", "-in", certFile, "-noout", "-serial"]).toString();
  const serial = shown.trim().replace("serial=", "");
  const index = scratchFile(
    "index",
    `R\t400101000000Z\t200101000000Z\t${serial}\tunknown\t/CN=x\n`,
  );
  const list = join(scratch, "revoked.crl");
  const [, cert = "", , key = ""] = authority.signingArguments;
  const config = scratchFile("ca.cnf", CRL_CONFIG(index));
  const files = ["-config", config, "-cert", cert, "-keyfile", key, "-out", list];
  execFileSync("openssl", ["ca", "-gencrl", ...files], { stdio: "pipe" });
  return list;
}

it("a certificate on its CA's list is taken, even where the list is in CADIR", async () => {
  const authority = Authority.root();
  const credentials = authority.issue();
  const list = revocationOf(credentials.certFile, authority);
  const strict = ["-crl_check", "-CRLfile", list, "-CAfile", authority.certFile];
  const openssl = spawnSync("openssl", ["verify", ...strict, credentials.certFile]);
  expect(openssl.stderr.toString()).toContain("certificate revoked");
  const CADIR = mkdtempSync(join(scratch, "anchors-"));
  copyFileSync(authority.certFile, join(CADIR, "ca.pem"));
  copyFileSync(list, join(CADIR, "ca.crl"));
  const { port } = await reversingServer(credentials);
  const client = await call({ port, environment: { CADIR }, prog: asking("regit") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

const authority = ClientAuthority.root();
const named = extension.alternativeNames(["DNS", SERVER_NAME]);

it.each([
  ["where the list is", (url: string) => extension.revocationList(url)],
  ["critically where the list is", (url: string) => extension.revocationList(url, true)],
  ["whom to ask", (url: string) => extension.ocspResponder(url)],
  ["that it has to be stapled", () => extension.mustStaple({ critical: false })],
])("a certificate may say %s: nobody is asked, and it is taken", async (_, says) => {
  let asked = 0;
  const responder = await plainServer((socket) => {
    asked++;
    socket.destroy();
  });
  const extensions = [named, says(`http://127.0.0.1:${responder.port}/`)];
  const { port } = await reversingServer(authority.issue({ extensions }));
  const client = await call({ port, authority, prog: asking("regit") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
  expect(asked).toBe(0);
});

it("a certificate that critically has to be stapled is refused", async () => {
  const extensions = [named, extension.mustStaple({ critical: true })];
  const { port } = await opensslServer(authority.issue({ extensions }));
  const { code, stderr } = await refusalOf({ port, authority });
  expect(stderr).toContain("TLS error: certificate with an unknown critical extension; sent");
  expect(code).toBe(98);
});

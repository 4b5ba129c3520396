/**
 * CADIR and CAFILE: whom we trust to vouch for servers. Without either we don't start, and nothing
 * is sent.
 */

import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { asking, type Call, call, refusalOf } from "../support/calls.ts";
import { Authority, chainFile } from "../support/certificates.ts";
import { needs } from "../support/needs.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { nextConnection, reversingServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const other = Authority.root("RSA-2048");
const credentials = authority.issue();

function folder(...files: string[]): string {
  const path = scratchFile("folder");
  mkdirSync(path);
  for (const [at, file] of files.entries()) copyFileSync(file, join(path, `${at}.anything`));
  return path;
}

it.each<[string, Record<string, string>]>([
  ["CAFILE with the CA alone", { CAFILE: authority.certFile }],
  ["CAFILE with a bundle", { CAFILE: chainFile(other.certFile, authority.certFile) }],
  ["CADIR", { CADIR: folder(other.certFile, authority.certFile, credentials.keyFile) }],
  ["CADIR rather than CAFILE", { CADIR: folder(authority.certFile), CAFILE: "/no/such/file" }],
])("%s", async (_, environment) => {
  const { port } = await reversingServer(credentials);
  const client = await call({ port, environment, prog: asking("regit") });
  expect(await client.ended).toMatchObject({
    stdout: expect.stringMatching(/^tiger\n/),
    stderr: "",
    code: 0,
  });
});

async function nothingIsSent(settings: Omit<Call, "port">) {
  const { port, socket } = await nextConnection();
  const ended = await refusalOf({ port, ...settings });
  expect((await everything(await socket)).length).toBe(0);
  return ended;
}

it("neither: 100", async () => {
  const { code, stderr } = await nothingIsSent({});
  expect(stderr).toBe("s6-tlsc: fatal: environment variable CADIR or CAFILE is not set\n");
  expect(code).toBe(100);
});

it("neither, for s6-tlsc-io: 100", async () => {
  const { port, socket } = await nextConnection();
  const { code, stderr } = await (await call({ port, program: "s6-tlsc-io" })).ended;
  expect(stderr).toBe("s6-tlsc-io: fatal: environment variable CADIR or CAFILE is not set\n");
  expect(code).toBe(100);
  expect((await everything(await socket)).length).toBe(0);
});

it.each([
  ["CAFILE", "/no/such/file", "/no/such/file: No such file or directory"],
  ["CAFILE", "/", "Illegal operation on a directory"],
  ["CAFILE", scratchFile("empty", ""), "the file is empty"],
  ["CAFILE", credentials.keyFile, "it holds a private key, not a certificate"],
  ["CADIR", "/no/such/folder", "/no/such/folder: No such file or directory"],
  ["CADIR", folder(), "no certificate"],
  ["CADIR", folder(credentials.keyFile), "no certificate"],
  ["CADIR", authority.certFile, "Not a directory"],
])("%s=%s: 96", async (variable, value, message) => {
  const { code, stderr } = await nothingIsSent({ environment: { [variable]: value } });
  expect(stderr).toMatch(/^s6-tlsc: fatal: unable to read trust anchors in [^\n]*\n$/);
  expect(stderr).toContain(value);
  expect(stderr).toContain(message);
  expect(code).toBe(96);
});

const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const NEEDS_BUNDLE = needs(BUNDLE, existsSync(BUNDLE));

it("CAFILE=system is the system's bundle, not ours", NEEDS_BUNDLE, async () => {
  const { port } = await reversingServer(credentials);
  const { code, stderr } = await refusalOf({ port, environment: { CAFILE: "system" } });
  expect(stderr).toContain("fatal: TLS error: certificate that no trust anchor vouches for");
  expect(code).toBe(98);
});

it("with -v 2, it says which file CAFILE=system is", NEEDS_BUNDLE, async () => {
  const { port } = await reversingServer(credentials);
  const settings = { port, environment: { CAFILE: "system" }, options: ["-v", "2"] };
  const { stderr } = await refusalOf(settings);
  expect(stderr).toContain(`s6-tlsc: info: the system's trust anchors are in ${BUNDLE}\n`);
});

it.each(["--no-verify-cert", "--no-verify-cer"])("s6-tlsc has no %s", async (option) => {
  const { code, stderr } = await nothingIsSent({ authority, options: [option] });
  expect(stderr).toMatch(/^s6-tlsc: usage: [^\n]+; see s6-tlsc --help\n$/);
  expect(code).toBe(100);
});

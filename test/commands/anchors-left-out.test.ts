/**
 * A certificate in CAFILE or CADIR that can't vouch for another one is told once, by file, subject and reason;
 * the others do as ever.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority, selfSigned } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { bearhug } from "../support/library.ts";
import { name } from "../support/names.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { opensslServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const CA = extension.constraints({ ca: true });

function ed25519(): string {
  const file = scratchFile("ed25519.pem");
  const key = scratchFile("ed25519.key");
  execFileSync("openssl", [
    ...["req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/O=Test/CN=Edwards"],
    ...["-keyout", key, "-out", file],
  ]);
  return readFileSync(file, "utf8");
}

function rootWith(cn: string, ...extensions: Buffer[]): string {
  const root = ClientAuthority.root({ subject: name(["CN", cn]), extensions: [CA, ...extensions] });
  return readFileSync(root.certFile, "utf8");
}

function withoutItsRoot(): string {
  const subject = name(["CN", "Alone"]);
  return readFileSync(ClientAuthority.root().intermediate({ subject }).certFile, "utf8");
}

const files: Record<string, string> = {
  "a-good.pem": readFileSync(authority.certFile, "utf8"),
  "b-edwards.pem": ed25519(),
  "c-unknown.pem": rootWith("Unknown\nline", extension.unknown({ critical: true })),
  "d-twice.pem": rootWith("Twice", CA),
  "e-signs-nothing.pem": rootWith("Signs nothing", extension.keyUsage("digitalSignature")),
  "f-alone.pem": withoutItsRoot(),
};

const REASONS = [
  ["b-edwards.pem", "O=Test, CN=Edwards", "certificate with an unsupported feature"],
  ["c-unknown.pem", "CN=Unknown\\0Aline", "certificate with an unknown critical extension"],
  ["d-twice.pem", "CN=Twice", "certificate with an extraneous element"],
  ["e-signs-nothing.pem", "CN=Signs nothing", "certificate of a CA that may not sign certificates"],
  [
    "f-alone.pem",
    "CN=Alone",
    "certificate of a CA that another CA issued, whose own certificate is not there: add it, or allow partial chains",
  ],
] as const;

function folder(): string {
  const path = scratchFile("folder");
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

function linesOf(program: string, place: (file: string) => string): string[] {
  return REASONS.map(
    ([file, subject, reason]) =>
      `${program}: warning: not a trust anchor: ${subject} in ${place(file)}: ${reason}`,
  );
}

function lines(text: string): string[] {
  return text.trim().split("\n").sort();
}

describe("s6-tlsc", () => {
  it("tells each file of CADIR", async () => {
    const CADIR = folder();
    const { port } = await opensslServer(credentials);
    const running = await call({ port, environment: { CADIR } });
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(lines(stderr)).toEqual(linesOf("s6-tlsc", (file) => join(CADIR, file)).sort());
  });

  it("tells each certificate of CAFILE, and nothing with -v 0", async () => {
    const CAFILE = scratchFile("bundle.pem", Object.values(files).join(""));
    const { port } = await opensslServer(credentials);
    const { stderr } = await (await call({ port, environment: { CAFILE } })).ended;
    expect(lines(stderr)).toEqual(linesOf("s6-tlsc", () => CAFILE).sort());
    const silent = await call({ port, environment: { CAFILE }, options: ["-v0"] });
    expect(await silent.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("refuses a server whose certificate is that of a CA without keyCertSign in CAFILE", async () => {
    const own = selfSigned({
      extensions: [
        CA,
        extension.keyUsage("digitalSignature"),
        extension.alternativeNames(["DNS", "server.test"]),
      ],
    });
    const bundle = readFileSync(own.certFile, "utf8") + files["a-good.pem"];
    const CAFILE = scratchFile("bundle.pem", bundle);
    const { port } = await opensslServer(own);
    const { code, stderr } = await (await call({ port, environment: { CAFILE } })).ended;
    expect(code).toBe(98);
    expect(stderr).toContain("not a trust anchor: CN=client in ");
    expect(stderr).toContain("a CA that may not sign certificates");
    expect(stderr).toContain("no trust anchor vouches for; sent the alert unknown_ca");
  });

  it("says nothing of the system's bundle", async () => {
    const { port } = await opensslServer(credentials);
    const { stderr } = await (await call({ port, environment: { CAFILE: "system" } })).ended;
    expect(stderr).not.toContain("not a trust anchor");
  });
});

it("s6-tlsserver with three workers tells it once", async () => {
  const CADIR = folder();
  const options = ["-y", "--workers", "3"];
  const server = await startServer({ authority, credentials, environment: { CADIR }, options });
  await server.stop();
  const told = server.log.filter((line) => line.includes("not a trust anchor"));
  expect(told.sort()).toEqual(linesOf("s6-tlsserver", (file) => join(CADIR, file)).sort());
});

it("a context of the library's has them as a property", () => {
  const context = bearhug.createSecureContext({ ca: Object.values(files) });
  const unusable = REASONS.map(([, subject, reason]) => ({ subject, reason }));
  expect(context.unusableAuthorities).toEqual(unusable);
  expect(bearhug.createSecureContext().unusableAuthorities).toEqual([]);
  expect(bearhug.createSecureContext({ ca: "system" }).unusableAuthorities).toEqual([]);
});

it("a context of the library's takes a CA that another CA issued with allowPartialTrustChain", () => {
  const ca = files["f-alone.pem"] as string;
  const strict = bearhug.createSecureContext({ ca });
  expect(() => strict.clientEngine({ servername: "server.test" })).toThrow(
    "none of the certificates can be used",
  );
  const partial = bearhug.createSecureContext({ ca, allowPartialTrustChain: true });
  expect(partial.unusableAuthorities).toEqual([]);
  partial.clientEngine({ servername: "server.test" }).wipe();
});

/**
 * What the program is told of the client's certificate is what the openssl command says of it.
 */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { opensslCertificate } from "../support/certified-clients.ts";
import { ClientAuthority, type ClientCredentials } from "../support/client-authority.ts";
import { openssl } from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { name, nameOfSets, utf16 } from "../support/names.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const root = ClientAuthority.root();

/** The peer's variables, without the prefix that they have in common. */
async function told(client: ClientCredentials, CAFILE = root.certFile) {
  const { port } = await serve({
    credentials,
    options: ["-yS"],
    environment: { CAFILE },
    prog: ["env", "-0"],
  });
  const { stdout } = await openssl({ port, authority }, opensslCertificate(client));
  const PREFIX = "SSL_PEER_CERT_";
  const pairs = stdout.split("\0").filter((pair) => pair.startsWith(PREFIX));
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      return [pair.slice(PREFIX.length, equals), pair.slice(equals + 1)];
    }),
  );
}

function opensslSays(...args: string[]): string {
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

it.each(["RSA-2048", "P-256", "P-521"] as const)("the hashes, of a key of %s", async (kind) => {
  const client = root.intermediate().issue({ kind });
  const fingerprint = opensslSays(
    "x509",
    "-in",
    client.certFile,
    "-noout",
    "-fingerprint",
    "-sha256",
  );
  const spki = scratchFile(
    "spki.pem",
    opensslSays("x509", "-in", client.certFile, "-noout", "-pubkey"),
  );
  const keyFile = scratchFile("spki.der");
  opensslSays("pkey", "-pubin", "-in", spki, "-outform", "DER", "-out", keyFile);
  const { HASH, SPKI_HASH } = await told(client);
  expect(HASH).toBe(
    `SHA256:${fingerprint.replace(/^.*=/, "").replaceAll(":", "").trim().toLowerCase()}`,
  );
  expect(SPKI_HASH).toBe(`SHA256:${opensslSays("dgst", "-r", "-sha256", keyFile).slice(0, 64)}`);
});

it("one that the openssl command issued, with names of every kind", async () => {
  const keyFile = scratchFile("openssl.key");
  const certFile = scratchFile("openssl.pem");
  const config = scratchFile("openssl.cnf", "[req]\ndistinguished_name = name\n[name]\n");
  const alternatives =
    "DNS:one.test, DNS:*.two.test, IP Address:192.0.2.1, email:alice@one.test, URI:https://one.test/a?b=c";
  opensslSays(
    ...[
      "req",
      "-x509",
      "-batch",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      keyFile,
      "-out",
      certFile,
    ],
    ...["-config", config, "-utf8", "-subj", "/CN=Zoë/O=Ünion/OU=one/OU=two/L=Paris/ST=Île/C=FR"],
    ...["-addext", `subjectAltName=${alternatives.replace("IP Address", "IP")}`],
  );
  const printed = opensslSays("x509", "-in", certFile, "-noout", "-ext", "subjectAltName");
  expect(printed).toContain(alternatives);
  const client = { keyFile, certFile, chainFile: null } as unknown as ClientCredentials;
  expect(await told(client, certFile)).toMatchObject({
    SUBJECT: "C=FR, ST=Île, L=Paris, O=Ünion, OU=one, OU=two, CN=Zoë",
    SAN: alternatives,
  });
});

it("a NUL, newlines and other controls are escaped, and never reach the program as they are", async () => {
  const subject = name(
    ["O", "good\0evil"],
    ["OU", "a\nSSL_PROTOCOL=b"],
    ["CN", "\x1b[2J\x7f"],
    ["CN", utf16("x\0y"), "bmp"],
  );
  const extensions = [
    extension.alternativeNames(["DNS", "good.test\0.evil.test"], ["URI", "a:\r\nb"]),
  ];
  expect(await told(root.issue({ subject, extensions }))).toMatchObject({
    SUBJECT: "O=good\\00evil, OU=a\\0ASSL_PROTOCOL\\=b, CN=\\1B[2J\\7F, CN=x\\00y",
    SAN: "DNS:good.test\\00.evil.test, URI:a:\\0D\\0Ab",
  });
});

it("a subject of 4 KiB is told in full", async () => {
  const parts = Array.from({ length: 70 }, (_, index) => `${index}-${"x".repeat(50)}`);
  const subject = nameOfSets(...parts.map((part) => [["OU", part] as const]));
  expect(subject.length).toBeGreaterThan(4096);
  const { SUBJECT } = await told(root.issue({ subject }));
  expect(SUBJECT).toBe(parts.map((part) => `OU=${part}`).join(", "));
});

it("a value that escaping makes several times as long is told in full", async () => {
  const length = 15_000;
  const subject = name(["CN", Buffer.alloc(length, 0x80), "teletex"]);
  const { SUBJECT } = await told(root.issue({ subject }));
  expect(SUBJECT).toBe(`CN=${"\\C2\\80".repeat(length)}`);
});

it("a subject with nothing in it is empty", async () => {
  expect(await told(root.issue({ subject: name() }))).toMatchObject({ SUBJECT: "" });
});

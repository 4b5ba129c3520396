/**
 * What can be wrong with CERTFILE: each ends with 96 before any client is served, and a message that
 * names the file and says what is wrong with it.
 */
import { type ExecFileSyncOptionsWithBufferEncoding, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sequence } from "../engine/der.ts";
import { runAlone } from "../support/alone.ts";
import { Authority, derCertificate } from "../support/certificates.ts";
import { payload } from "../support/payload.ts";
import { scratch, scratchFile } from "../support/scratch.ts";

const authority = Authority.root();
const credentials = authority.issue();
const pem = readFileSync(credentials.certFile, "utf8");
const der = derCertificate(credentials.certFile);

/** DER whose length is right and whose content is noise. */
function hollow(): Buffer {
  const copy = Buffer.from(der);
  payload("noise", der.length - 4).copy(copy, 4);
  return copy;
}

it.each([
  ["empty", "", /empty/],
  ["garbage", payload("garbage", 1000), /no certificate/],
  ["text", "This is not a certificate.\n", /no certificate/],
  ["a private key", readFileSync(credentials.keyFile), /private key/],
  ["cut short", pem.slice(0, pem.length / 2), /cut short|malformed/],
  ["cut short in DER", der.subarray(0, der.length - 20), /cut short|malformed/],
  ["not base64", pem.replace(/\n(.{20})./, "\n$1*"), /malformed/],
  ["noise in a SEQUENCE", hollow(), /./],
  ["a large noise in a SEQUENCE", sequence(payload("large", 70_000)), /too large/],
  ["a chain of 65", pem.repeat(65), /65 in a chain/],
  ["followed by a broken one", `${pem}${pem.slice(0, pem.length / 2)}`, /cut short|malformed/],
])("CERTFILE is %s", async (_, content, complaint) => {
  const certFile = scratchFile("certificate", content);
  const { code, stderr } = await runAlone({ credentials: { ...credentials, certFile } });
  expect(stderr).toMatch(oneLineAbout(certFile));
  expect(stderr).toMatch(complaint);
  expect(code).toBe(96);
});

function certifiedBy(algorithm: string, ...options: string[]): Buffer {
  const key = scratchFile("other.key");
  const quiet: ExecFileSyncOptionsWithBufferEncoding = { stdio: ["ignore", "pipe", "ignore"] };
  const pkeyopts = options.flatMap((option) => ["-pkeyopt", option]);
  execFileSync("openssl", ["genpkey", "-algorithm", algorithm, ...pkeyopts, "-out", key], quiet);
  return execFileSync("openssl", ["req", "-x509", "-key", key, "-subj", "/CN=x"], quiet);
}

const both = scratchFile(
  "both.pem",
  Buffer.concat([readFileSync(credentials.certFile), readFileSync(credentials.keyFile)]),
);

function openssl(line: string): Buffer {
  const words = line.replace("FILE", both).split(" ");
  return execFileSync("openssl", words, { stdio: ["ignore", "pipe", "ignore"] });
}

it.each<[what: string, content: () => Uint8Array, complaint: RegExp]>([
  [
    "PKCS#12",
    () => openssl("pkcs12 -export -in FILE -passout pass:x"),
    /PKCS#12.*openssl pkcs12 -nokeys/,
  ],
  ["PKCS#7", () => openssl("crl2pkcs7 -nocrl -certfile FILE"), /PKCS#7.* -print_certs/],
  [
    "PKCS#7 in DER",
    () => openssl("crl2pkcs7 -nocrl -certfile FILE -outform DER"),
    /PKCS#7.* -print_certs/,
  ],
  ["a request", () => openssl("req -new -key FILE -subj /CN=x"), /\(CSR\)/],
  ["a request in DER", () => openssl("req -new -key FILE -subj /CN=x -outform DER"), /\(CSR\)/],
  ["a public key", () => openssl("pkey -pubout -in FILE"), /public key, not a certificate/],
  ["for an Ed25519 key", () => certifiedBy("ed25519"), /certificate's key is Ed25519; RSA, and/],
  [
    "for RSA-PSS alone",
    () => certifiedBy("rsa-pss", "rsa_keygen_bits:2048"),
    /certificate's key is for RSA-PSS alone; RSA, and/,
  ],
  [
    "for a curve by its parameters",
    () => certifiedBy("EC", "ec_paramgen_curve:P-256", "ec_param_enc:explicit"),
    /parameters \(explicit\)/,
  ],
  ["on another curve", () => certifiedBy("EC", "ec_paramgen_curve:secp256k1"), /on another curve/],
])("CERTFILE is %s, which is told with what to do", async (_, content, complaint) => {
  const certFile = scratchFile("certificate", content());
  const { code, stderr } = await runAlone({ credentials: { ...credentials, certFile } });
  expect(stderr).toMatch(oneLineAbout(certFile));
  expect(stderr).toMatch(complaint);
  expect(code).toBe(96);
});

it.each([
  [1, "2nd"],
  [2, "3rd"],
  [4, "5th"],
])("CERTFILE has %i certificates before the key's own", async (before, position) => {
  const others = Array.from({ length: before }, () => readFileSync(authority.issue().certFile));
  const certFile = scratchFile("certificate", Buffer.concat([...others, Buffer.from(pem)]));
  const { code, stderr } = await runAlone({ credentials: { ...credentials, certFile } });
  expect(stderr).toMatch(oneLineAbout(certFile));
  expect(stderr).toContain(`the private key belongs to the ${position} certificate; put that one`);
  expect(code).toBe(96);
});

it.each([
  ["a file that is not there", scratchFile("missing"), "No such file or directory"],
  ["a folder", scratch, "directory"],
])("CERTFILE is %s", async (_, certFile, complaint) => {
  const { code, stderr } = await runAlone({ credentials: { ...credentials, certFile } });
  expect(stderr).toMatch(oneLineAbout(certFile));
  expect(stderr).toContain(complaint);
  expect(code).toBe(96);
});

function oneLineAbout(file: string): RegExp {
  return new RegExp(`^s6-tlsd: fatal: [^\\n]*certificate in ${file}[^\\n]*\\n$`);
}

it("CERTFILE:x is a chain of 65, which no client shall find out", async () => {
  const certFile = scratchFile("certificate", pem.repeat(65));
  const environment = {
    "KEYFILE:server.test": credentials.keyFile,
    "CERTFILE:server.test": certFile,
  };
  const { code, stderr } = await runAlone({ args: ["-k", "1", "true"], credentials, environment });
  expect(stderr).toMatch(oneLineAbout(certFile));
  expect(code).toBe(96);
});

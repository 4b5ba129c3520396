/**
 * What can be wrong with KEYFILE: each ends with 96 before any client is served, and a message that
 * names the file and says what is wrong with it.
 */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmodSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runAlone } from "../support/alone.ts";
import { Authority, newKey } from "../support/certificates.ts";
import { payload } from "../support/payload.ts";
import { run } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, program } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const pem = readFileSync(credentials.keyFile, "utf8");
const der = credentials.key.export({ type: "pkcs8", format: "der" });
const passphrase = { cipher: "aes-256-cbc", passphrase: "open sesame" };
const rsa = newKey("RSA-2048");

function keyOf(type: "ed25519" | "rsa-pss"): KeyObject {
  if (type === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  return generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey;
}

function onCurve(namedCurve: string): KeyObject {
  return generateKeyPairSync("ec", { namedCurve }).privateKey;
}

const pkcs8 = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" });

it.each([
  ["empty", "", /empty/],
  ["garbage", payload("garbage", 1000), /no (private )?key/],
  ["text", "This is not a key.\n", /no (private )?key/],
  ["a certificate", readFileSync(credentials.certFile), /certificate/],
  ["too large for any key", Buffer.alloc(100_000, "x"), /too large/],
  ["a key cut short", pem.slice(0, pem.length / 2), /damaged|cut short|malformed/],
  ["a key cut short in DER", der.subarray(0, der.length - 20), /damaged|cut short|malformed/],
  [
    "a key with a hole",
    pem.replace(/^(.{40}).{10}/m, "$1"),
    /damaged|cut short|malformed|no (private )?key/,
  ],
  [
    "encrypted PKCS#8",
    credentials.key.export({ type: "pkcs8", format: "pem", ...passphrase }),
    /encrypted/,
  ],
  [
    "encrypted PKCS#8 in DER",
    credentials.key.export({ type: "pkcs8", format: "der", ...passphrase }),
    /encrypted/,
  ],
  [
    "encrypted SEC1",
    credentials.key.export({ type: "sec1", format: "pem", ...passphrase }),
    /encrypted/,
  ],
  ["encrypted PKCS#1", rsa.export({ type: "pkcs1", format: "pem", ...passphrase }), /encrypted/],
  ["an Ed25519 key", pkcs8(keyOf("ed25519")), /Ed25519.*not supported; make one on P-256/],
  ["a key for RSA-PSS alone", pkcs8(keyOf("rsa-pss")), /RSA-PSS alone.*openssl genrsa/],
  ["a key on secp256k1", pkcs8(onCurve("secp256k1")), /supported/],
  ["a key on P-224", pkcs8(onCurve("P-224")), /supported/],
])("KEYFILE is %s", async (_, content, complaint) => {
  const keyFile = scratchFile("key", content);
  const { code, stderr } = await runAlone({ credentials: { ...credentials, keyFile } });
  expect(stderr).toMatch(oneLineAbout(keyFile));
  expect(stderr).toMatch(complaint);
  expect(code).toBe(96);
});

it.each([
  ["a file that is not there", scratchFile("missing"), "No such file or directory"],
  ["a folder", scratch, "directory"],
])("KEYFILE is %s", async (_, keyFile, complaint) => {
  const { code, stderr } = await runAlone({ credentials: { ...credentials, keyFile } });
  expect(stderr).toMatch(oneLineAbout(keyFile));
  expect(stderr).toContain(complaint);
  expect(code).toBe(96);
});

it("KEYFILE is not for us to read", async () => {
  const keyFile = scratchFile("locked", pem);
  chmodSync(keyFile, 0);
  const { code, stderr } = await run([...withoutRootsEyes(), program("s6-tlsd"), "true"], {
    environment: credentialsEnvironment({ ...credentials, keyFile }),
  });
  expect(stderr).toMatch(oneLineAbout(keyFile));
  expect(stderr).toContain("Permission denied");
  expect(code).toBe(96);
});

it.each([
  ["another P-256 key", "P-256", "P-256"],
  ["another RSA key", "RSA-2048", "RSA-2048"],
  ["a key of another kind", "RSA-2048", "P-256"],
  ["a key on another curve", "P-256", "P-384"],
] as const)("KEYFILE is %s than the certificate's", async (_, certified, held) => {
  const { certFile } = authority.issue({ kind: certified });
  const { keyFile } = authority.issue({ kind: held });
  const { code, stderr } = await runAlone({ credentials: { keyFile, certFile } });
  expect(stderr).toMatch(oneLineAbout(keyFile));
  expect(stderr).toContain(certFile);
  expect(code).toBe(96);
});

it("no message shows a byte of the key", async () => {
  const secret = pem.split("\n")[1] ?? "";
  const keyFile = scratchFile("cut", pem.slice(0, pem.length - 60));
  const { code, stderr } = await runAlone({ credentials: { ...credentials, keyFile } });
  expect(code).toBe(96);
  expect(stderr).not.toContain(secret.slice(0, 10));
});

function oneLineAbout(file: string): RegExp {
  return new RegExp(`^s6-tlsd: fatal: [^\\n]*private key in ${file}[^\\n]*\\n$`);
}

/** Root reads everything, unless this capability is taken from it. */
function withoutRootsEyes(): string[] {
  if (process.getuid?.() !== 0) return [];
  return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"];
}

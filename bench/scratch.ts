import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory of this run, gone when it ends. */
const directory = mkdtempSync(join(tmpdir(), "bearhug-bench-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

export function scratchFile(name: string, content?: string, mode = 0o600): string {
  const path = join(directory, name);
  if (content !== undefined) writeFileSync(path, content, { mode });
  return path;
}

export interface Credentials {
  readonly keyFile: string;
  readonly certFile: string;
}

export const KEY_TYPES = ["p256", "rsa2048"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

const GENERATORS: Record<KeyType, readonly string[]> = {
  p256: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  rsa2048: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
};

/** A key and a certificate for localhost, for this run. */
export function throwawayCredentials(type: KeyType = "p256"): Credentials {
  const keyFile = scratchFile(`${type}-key.pem`);
  const certFile = scratchFile(`${type}-cert.pem`);
  openssl("genpkey", ...GENERATORS[type], "-out", keyFile);
  openssl(
    ...["req", "-x509", "-new", "-key", keyFile, "-days", "1", "-out", certFile],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
  );
  return { keyFile, certFile };
}

/** The same in DER. */
export function inDer({ keyFile, certFile }: Credentials): Credentials {
  const inDer = { keyFile: `${keyFile}.der`, certFile: `${certFile}.der` };
  const der = ["-outform", "DER", "-out"];
  openssl("pkcs8", "-topk8", "-nocrypt", "-in", keyFile, ...der, inDer.keyFile);
  openssl("x509", "-in", certFile, ...der, inDer.certFile);
  return inDer;
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** CAs' certificates in directories, as CADIR has them. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { scratchFile } from "../../support/scratch.ts";

/** A folder with one certificate in it. */
export function directoryOf(certFile: string, name = "any-name.pem"): string {
  const folder = scratchFile("anchors");
  mkdirSync(folder);
  copyFileSync(certFile, join(folder, name));
  return folder;
}

/** The name by which OpenSSL looks for it. */
export function subjectHash(certFile: string): string {
  const args = ["x509", "-in", certFile, "-noout", "-subject_hash"];
  return `${execFileSync("openssl", args, { encoding: "utf8" }).trim()}.0`;
}

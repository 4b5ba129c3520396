import { join } from "node:path";
import { readCertificates } from "../../src/setup/certificate-file.ts";

/** Keys and certificates that are the same in every run, for tests that are to be replayed. */

export const RECORDED_KINDS = ["rsa", "p256", "p384", "p521"] as const;
export type RecordedKind = (typeof RECORDED_KINDS)[number];

export function recordedFile(name: string): string {
  return join(import.meta.dirname, "../recorded", `${name}.pem`);
}

/** A key's own certificate, in DER. */
export function recordedCertificate(
  name: RecordedKind | "root" | "intermediate" | "rsa-root",
): Buffer {
  return Buffer.from(readCertificates(recordedFile(name))[0] as Uint8Array);
}

/** The file is both. */
export function recordedCredentials(kind: RecordedKind): { keyFile: string; certFile: string } {
  return { keyFile: recordedFile(kind), certFile: recordedFile(kind) };
}

import { X509Certificate } from "node:crypto";
import { readCertificates } from "../setup/certificate-file.ts";

const DAY = 24 * 3600 * 1000;

/** From how many days before its end on a certificate is told about. */
const SOON = 14;

/**
 * What there is to say about the ends of our own certificates, which clients hold us to.
 *
 * @param files paths by the names of the variables that name them; they have been read once
 * @param now milliseconds since 1970
 * @returns a line for each file whose first certificate has ended, or soon will
 */
export function expiringIn(files: ReadonlyMap<string, string>, now: number): string[] {
  return [...files].flatMap(([name, path]) => {
    if (!name.startsWith("CERTFILE")) return [];
    const end = endOf(path);
    if (end === null || end - now >= SOON * DAY) return [];
    const day = new Date(end).toISOString();
    const remedy = "put a new one there, and send SIGUSR2";
    if (end < now) return [`the certificate in ${path} (${name}) expired on ${day}; ${remedy}`];
    const days = Math.floor((end - now) / DAY);
    return [`the certificate in ${path} (${name}) expires in ${days} days, on ${day}; ${remedy}`];
  });
}

/** Milliseconds since 1970; null: it can't be told, which is no reason not to serve. */
function endOf(path: string): number | null {
  try {
    const [der] = readCertificates(path);
    const end = Date.parse(new X509Certificate(der as Uint8Array).validTo);
    return Number.isNaN(end) ? null : end;
  } catch {
    return null;
  }
}

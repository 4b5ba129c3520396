import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../cli/diagnostics.ts";
import { CredentialsError } from "../credentials/errors.ts";
import { own } from "../sandbox/own.ts";
import { readCertificates } from "./certificate-file.ts";
import type { Kept } from "./read-into.ts";
import { systemAnchors } from "./system-anchors.ts";

/** Where the certificates of the CAs are. */
export type AnchorSource =
  | { readonly directory: string; readonly file?: never }
  | { readonly file: string; readonly directory?: never };

/**
 * The certificates of CAs in a bundle (`system`: the system's own), or in all files of a
 * directory (under whatever names, such as OpenSSL's subject hashes). Each file is read once however many names it has, and each
 * certificate comes once however many files have it.
 *
 * @returns each in DER; at least one
 * @throws {CredentialsError} if there is none; a system error if a file can't be read
 */
export function readTrustAnchors(source: AnchorSource): Uint8Array[] {
  return findTrustAnchors(source).map(({ der }) => der);
}

/** A certificate, and where it was found first. */
export interface FoundAnchor {
  readonly der: Uint8Array;
  readonly file: string;
}

/** The same, with their files; a bundle may be kept. */
export function findTrustAnchors(source: AnchorSource, kept?: Kept): FoundAnchor[] {
  const { directory, file } = own(source);
  const found = directory === undefined ? readBundle(file, kept) : readDirectory(directory);
  const distinct = new Map<string, FoundAnchor>();
  for (const one of found) {
    const key = Buffer.from(one.der).toString("latin1");
    if (!distinct.has(key)) distinct.set(key, one);
  }
  if (distinct.size === 0) throw new CredentialsError("no certificate in it");
  return [...distinct.values()];
}

function readBundle(name: string, kept?: Kept): FoundAnchor[] {
  if (name !== "system") return readCertificates(name, kept).map((der) => ({ der, file: name }));
  const { where, found } = systemAnchors();
  return found.map((der) => ({ der, file: where }));
}

function readDirectory(directory: string): FoundAnchor[] {
  const seen = new Set<string>();
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    const status = statusOf(path);
    if (status === null || !status.isFile()) return [];
    const identity = `${status.dev}:${status.ino}`;
    if (seen.has(identity)) return [];
    seen.add(identity);
    return certificatesIn(path).map((der) => ({ der, file: path }));
  });
}

/** null for a link that leads nowhere: the system's package leaves some behind. */
function statusOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ELOOP") return null;
    throw error;
  }
}

/** A file that is something else, such as a revocation list, has none. */
function certificatesIn(path: string): Uint8Array[] {
  try {
    return readCertificates(path);
  } catch (error) {
    if (error instanceof CredentialsError) return [];
    throw new CredentialsError(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}

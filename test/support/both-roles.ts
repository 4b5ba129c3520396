import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Authority, SERVER_NAME } from "./certificates.ts";
import { pairOf } from "./library.ts";

/** What test/library/both-roles.js is given, and what comes of it. */

const library = join(import.meta.dirname, "../library");

export const BOTH_ROLES = join(library, "both-roles.js");
export const BOTH_ROLES_HERE = join(library, "both-roles-here.js");

/** Text, so that it can be passed on as JSON. */
export function credentialsFor(authority: Authority) {
  const { key, cert } = pairOf(authority.issue());
  const ca = readFileSync(authority.certFile, "utf8");
  return { key: key.toString(), cert: cert.toString(), ca, servername: SERVER_NAME };
}

export const OUTCOME = "TLSv1.3 | TLS_CHACHA20_POLY1305_SHA256 | in-memory | from engine to engine";

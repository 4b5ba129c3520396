import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { needs, VECTORS } from "../support/needs.ts";

/**
 * Test vectors of others: a folder beside the repository's, or BEARHUG_VECTORS. They are public, but
 * not ours, so the repository has none of them.
 */
const folder = process.env["BEARHUG_VECTORS"] ?? join(import.meta.dirname, "../../../shared/data");

export const NEEDS_WYCHEPROOF = needs(VECTORS, existsSync(folder));

/** The same for vectors of certificates. */
export const NEEDS_CERTIFICATES = NEEDS_WYCHEPROOF;

/** The names of the files in a folder of it. */
export function listed(of: string): string[] {
  return readdirSync(join(folder, of));
}

export function vectors(file: string): unknown {
  const bytes = readFileSync(join(folder, file));
  return JSON.parse((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString());
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { needs, VECTORS } from "../support/needs.ts";

/**
 * Test vectors of others: a folder beside the repository's, or BEARHUG_VECTORS. They are public, but
 * not ours, so the repository has none of them.
 */
const folder = process.env["BEARHUG_VECTORS"] ?? join(import.meta.dirname, "../../../shared/data");

export const NEEDS_WYCHEPROOF = needs(VECTORS, existsSync(folder));

export function vectors(file: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString());
}

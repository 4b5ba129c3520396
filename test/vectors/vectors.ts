import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { repository } from "../support/repository.ts";

/** Test vectors of others. They are no part of the repository. */
const folder = process.env["BEARHUG_VECTORS"] ?? join(repository, "../shared/data");

/** Where a file of theirs is; null, and a word about it, if it is not there. */
export function vectorFile(name: string): string | null {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  console.warn(`${path} is not there (BEARHUG_VECTORS names another folder): skipped`);
  return null;
}

/** What such a file has, compressed or not. */
export function readVectors<T>(path: string): T {
  const bytes = readFileSync(path);
  const text = path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  return JSON.parse(text.toString("utf8")) as T;
}

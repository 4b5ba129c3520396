import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { needs, VECTORS } from "./needs.ts";
import { repository } from "./repository.ts";

/** Where test vectors of others are; they are no part of the repository. */
const vectors = process.env["BEARHUG_VECTORS"] ?? join(repository, "../shared/data");

export function hasVectors(name: string): boolean {
  return existsSync(join(vectors, name));
}

export function needsVectors(name: string) {
  return needs(VECTORS, hasVectors(name));
}

export function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(join(vectors, name), "utf8"));
}

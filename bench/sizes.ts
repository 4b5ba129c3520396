import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { repository } from "./repository.ts";

export interface Size {
  readonly file: string;
  readonly bytes: number;
  readonly compressed: number;
}

/** Of the modules and the bundled programs. */
export function measureSizes(): Size[] {
  const files = readdirSync(join(repository, "dist")).filter((name) => /\.(wasm|cjs)$/.test(name));
  return files.sort().map((file) => {
    const content = readFileSync(join(repository, "dist", file));
    return { file, bytes: content.length, compressed: gzipSync(content, { level: 9 }).length };
  });
}

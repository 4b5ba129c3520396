import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder for the files of one test file, removed when its tests are done. */
export const scratch = mkdtempSync(join(tmpdir(), "bearhug-"));

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

let files = 0;

/** The path of a file that nothing else uses; it exists only if a content is given. */
export function scratchFile(name: string, content?: string | Uint8Array): string {
  const path = join(scratch, `${files++}-${name}`);
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

/** A file that may be run. */
export function executable(content: string | Uint8Array): string {
  const path = scratchFile("executable", content);
  chmodSync(path, 0o755);
  return path;
}

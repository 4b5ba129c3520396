import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { FOLDERS_IN_MEMORY, temporaryFolder } from "./platform.ts";

/**
 * Makes a folder of our own, which only we can open: where TMPDIR says, or in memory.
 *
 * @param prefix what its name begins with
 * @throws a system error if none can be written to: the one about TMPDIR
 */
export function makeTemporaryFolder(prefix: string): string {
  let first: unknown;
  for (const folder of [temporaryFolder(), ...FOLDERS_IN_MEMORY]) {
    try {
      return mkdtempSync(join(folder, prefix));
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

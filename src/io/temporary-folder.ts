import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FOLDERS_IN_MEMORY, temporaryFolder } from "./platform.ts";

/**
 * Makes a folder of our own, which only we can open: where TMPDIR says, or in memory.
 *
 * @param prefix what its name begins with
 * @param check throws if the new folder won't do
 * @throws a system error if none can be written to, or what `check` threw: the one about TMPDIR
 */
export function makeTemporaryFolder(
  prefix: string,
  check: (folder: string) => void = () => {},
): string {
  let first: unknown;
  for (const parent of [temporaryFolder(), ...FOLDERS_IN_MEMORY]) {
    try {
      return checked(mkdtempSync(join(parent, prefix)), check);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

function checked(folder: string, check: (folder: string) => void): string {
  try {
    check(folder);
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

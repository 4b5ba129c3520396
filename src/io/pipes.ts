import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The two ends of a pipe, as descriptors that close on exec. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Makes pipes that no stream of Node reads from. Node has no pipe(2), and what it gives children is
 * a socket pair whose near end it starts to read at once; so these are named pipes, whose names are
 * gone before anybody else could open them.
 *
 * @throws a system error if the temporary folder can't be written to, or there is no mkfifo
 */
export function makePipes(count: number): Pipe[] {
  const folder = mkdtempSync(join(tmpdir(), "bearhug-"));
  try {
    const names = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    execFileSync("mkfifo", ["-m", "600", ...names], { stdio: ["ignore", "ignore", "inherit"] });
    return names.map(openBoth);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The end for reading first, and without waiting for a writer: the other order would fail. */
function openBoth(name: string): Pipe {
  const read = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return { read, write: openSync(name, constants.O_WRONLY) };
  } catch (error) {
    closeSync(read);
    throw error;
  }
}

import { chmodSync, closeSync, constants, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFifos } from "./platform.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

/** The two ends of a pipe, as descriptors that close on exec. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * An engine with another user's privileges opens its pipe once more, to see whether it has a reader
 * (departed-reader.ts). No name leads any other process there.
 */
const MODE = 0o622;

/**
 * Makes pipes that no stream of Node reads from. Node has no pipe(2), and what it gives children is
 * a socket pair whose near end it starts to read at once; so these are named pipes, whose names are
 * gone before another process could open them.
 *
 * @throws a system error if no temporary folder can be written to, or there is no mkfifo
 */
export function makePipes(count: number, { waits = true }: Writing = {}): Pipe[] {
  const folder = makeTemporaryFolder("bearhug-");
  try {
    const names = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    makeFifos(names);
    for (const name of names) chmodSync(name, MODE);
    return names.map((name) => openBoth(name, waits));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Writing {
  /** False: a write that there is no room for fails. */
  readonly waits?: boolean;
}

/**
 * A pipe opens for writing only once it is open for reading, and without waiting only like this. The
 * second time it is opened for reading it blocks, as programs expect.
 */
function openBoth(name: string, waits: boolean): Pipe {
  const probe = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const write = openSync(name, constants.O_WRONLY | (waits ? 0 : constants.O_NONBLOCK));
    return { read: openSync(name, constants.O_RDONLY), write };
  } finally {
    closeSync(probe);
  }
}

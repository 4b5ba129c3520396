import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { resetSignals } from "./signals.ts";

/** Node 22.15 and later have it. */
interface Execve {
  execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never;
}

export interface Becoming {
  readonly environment: NodeJS.ProcessEnv;
  /** Ends of pipes that become standard input and output. */
  readonly cleartext: readonly [read: number, write: number];
}

/**
 * Can this process become that program? If not, starting it as a child tells why. Node ends itself
 * when an exec fails, so nothing is left to chance.
 */
export function canBecome(command: readonly string[], environment: NodeJS.ProcessEnv): boolean {
  const { execve } = process as Execve;
  return execve !== undefined && find(command, environment) !== null;
}

/**
 * Becomes that program: the same process, without Node. Node has no dup2(2); but the lowest free
 * descriptor is the next one to be opened, and a pipe can be opened once more by its descriptor's
 * name. This also makes them blocking, as programs expect.
 */
export function become(command: readonly string[], becoming: Becoming): never {
  const { environment, cleartext } = becoming;
  const file = find(command, environment) as string;
  replace(0, cleartext[0], "r");
  replace(1, cleartext[1], "w");
  resetSignals();
  const { execve } = process as unknown as Required<Execve>;
  return execve(file, command, environment);
}

function replace(fd: number, pipe: number, flags: "r" | "w"): void {
  closeSync(fd);
  const got = openSync(`/proc/self/fd/${pipe}`, flags);
  if (got !== fd) throw new Error(`descriptor ${got} came in the place of ${fd}`);
}

/** Where the system would find the program; null if it could not run it. */
function find([file = ""]: readonly string[], environment: NodeJS.ProcessEnv): string | null {
  const folders = file.includes("/") ? [""] : (environment["PATH"] ?? "").split(delimiter);
  const paths = folders.map((folder) => (file.includes("/") ? file : resolve(folder, file)));
  return paths.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && startsLikeProgram(path);
  } catch {
    return false;
  }
}

/** An executable of the system's, or a script that names its interpreter. */
function startsLikeProgram(path: string): boolean {
  const start = Buffer.alloc(4);
  const fd = openSync(path, "r");
  try {
    readSync(fd, start);
  } finally {
    closeSync(fd);
  }
  return start.equals(Buffer.from("\x7fELF")) || start.subarray(0, 2).equals(Buffer.from("#!"));
}

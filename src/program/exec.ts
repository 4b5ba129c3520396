import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import {
  canExec,
  closingDescriptors,
  exec,
  hasOnlyStreams,
  passesDescriptorsOn,
  reopen,
} from "../io/platform.ts";
import { resetSignals } from "./signals.ts";

export interface Becoming {
  readonly environment: NodeJS.ProcessEnv;
  /** Ends of pipes that become standard input and output. */
  readonly cleartext: readonly [read: number, write: number];
}

/** Can this process become that program? If not, starting it as a child tells why. */
export function canBecome(command: readonly string[], environment: NodeJS.ProcessEnv): boolean {
  return canExec(command) && find(command, environment) !== null;
}

/**
 * What there is to warn of before a connection comes: null if prog can be run, for all that we know.
 * Windows finds programs by endings and rules of its own.
 */
export function whyMissing(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): string | null {
  if (hasOnlyStreams || find(command, environment) !== null) return null;
  return `prog ${command[0]} is not there, or can't be run: connections will fail`;
}

/**
 * Becomes that program: the same process, without Node. Node has no dup2(2); but the lowest free
 * descriptor is the next one to be opened, and a pipe can be opened once more by its descriptor's
 * name. This also makes them blocking, as programs expect.
 */
export function become(command: readonly string[], becoming: Becoming): never {
  const { environment, cleartext } = becoming;
  replace(0, cleartext[0], "r");
  replace(1, cleartext[1], "w");
  resetSignals();
  return exec(command, environment);
}

function replace(fd: number, pipe: number, flags: "r" | "w"): void {
  closeSync(fd);
  const got = reopen(pipe, flags);
  if (got !== fd) throw new Error(`descriptor ${got} came in the place of ${fd}`);
}

/**
 * What starts a command for a client of a server, so that it has nothing of what the server's process has
 * above 2: most of all not its channel to the primary.
 */
export function withoutOurDescriptors(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  // Of one that is not there, the shell would say so in its own words.
  if (!passesDescriptorsOn || find(command, environment) === null) return command;
  return closingDescriptors(command);
}

/** Where the system would find the program; null if it could not run it, for all that we know. */
export function find(
  [file = ""]: readonly string[],
  environment: NodeJS.ProcessEnv,
): string | null {
  if (file.includes("/")) return isProgram(file) ? file : null;
  const folders = environment["PATH"]?.split(delimiter) ?? [];
  return folders.map((folder) => resolve(folder, file)).find((path) => isProgram(path)) ?? null;
}

/** How many scripts in a row may be each other's interpreters: for more, the kernel says ELOOP. */
const SCRIPTS_MAX = 5;

/** A format that the system can't run is found out by running it. */
function isProgram(path: string, scripts = 0): boolean {
  try {
    accessSync(path, constants.X_OK);
    if (!statSync(path).isFile()) return false;
    const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(headOf(path))?.[1];
    return (
      interpreter === undefined || (scripts < SCRIPTS_MAX && isProgram(interpreter, scripts + 1))
    );
  } catch {
    return false;
  }
}

/** As much of a file as the system looks at to see what it is. */
const HEAD_LENGTH = 256;

function headOf(path: string): string {
  const head = Buffer.alloc(HEAD_LENGTH);
  const fd = openSync(path, "r");
  try {
    return head.toString("latin1", 0, readSync(fd, head));
  } finally {
    closeSync(fd);
  }
}

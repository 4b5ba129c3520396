import { closeSync, statSync } from "node:fs";
import { reasonOf } from "../cli/diagnostics.ts";
import { CredentialsError } from "../credentials/errors.ts";
import {
  descriptorNamedBy,
  FOLDERS_IN_MEMORY,
  openUnnamedFile,
  passesDescriptorsOn,
} from "../io/platform.ts";
import { type Kept, openSource } from "../setup/read-into.ts";
import type { FromCopier, ToCopier } from "./copier.ts";
import { startAs } from "./roles.ts";

/** Each is a descriptor of every worker. */
const KEPT_MAX = 16;

/** A file that can be read only once, or only by the process that has it open. */
interface OnceOnly {
  readonly name: string;
  readonly path: string;
  readonly what: string;
}

/**
 * Has a process of its own read what workers, and those that replace them, could not read by
 * themselves. What was read is in memory, in files without a name, for as long as this process runs.
 *
 * @param files paths by the names of the variables that name them
 * @returns (the promise) for each such path the descriptor of what was in it
 * @throws {CredentialsError} (the promise) naming the variable
 */
export async function keepFiles(files: ReadonlyMap<string, string>): Promise<Kept> {
  const once = onceOnly(files);
  if (once.length > KEPT_MAX) {
    throw new CredentialsError(
      `${once.length} of the files are pipes or descriptors, and ${KEPT_MAX} can be kept; name files`,
    );
  }
  const [first] = once;
  if (first !== undefined && passesDescriptorsOn) {
    throw unable(
      first,
      `it is ${first.what}, and Deno would pass what was in it on to prog; name a file`,
    );
  }
  const opened: number[] = [];
  const kept: number[] = [];
  try {
    for (const file of once) {
      opened.push(open(file));
      kept.push(memoryFor(file));
    }
    const pairs = opened.flatMap((source, index) => [source, kept[index] as number]);
    const problems = once.length === 0 ? [] : await copy(pairs);
    for (const [index, file] of once.entries()) {
      const problem = problems[index];
      if (problem !== null && problem !== undefined) throw unable(file, problem);
    }
    return new Map(once.map(({ path }, index) => [path, kept[index] as number]));
  } catch (error) {
    for (const fd of kept) closeSync(fd);
    throw error;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/**
 * Each worker reads all other files by itself, and so does each that replaces one: a pipe would give
 * them to the first one alone, and a pipe without a writer would stop what is open.
 *
 * @param files paths by the names of the variables that name them
 * @throws {CredentialsError} for what can be read only once, and is not kept
 */
export function requireReadableAgain(files: ReadonlyMap<string, string>, kept: Kept): void {
  const [file] = onceOnly(files).filter(({ path }) => !kept.has(path));
  if (file === undefined) return;
  throw unable(
    file,
    `it is ${file.what}, and those are read once, when the server starts; name a file`,
  );
}

/** One for each path. */
function onceOnly(files: ReadonlyMap<string, string>): OnceOnly[] {
  const found = new Map<string, OnceOnly>();
  for (const [name, path] of files) {
    const what = whyOnce(path);
    if (what !== null && !found.has(path)) found.set(path, { name, path, what });
  }
  return [...found.values()];
}

function whyOnce(path: string): string | null {
  // The number is one of the process that was started, and in a worker another one is behind it.
  if (descriptorNamedBy(path) !== null) return "a descriptor of the process that started it";
  try {
    return statSync(path).isFIFO() ? "a pipe" : null;
  } catch {
    // Reading it fails next, and that message has the reason.
    return null;
  }
}

function open(file: OnceOnly): number {
  try {
    return openSource(file.path);
  } catch (error) {
    throw unable(file, reasonOf(error));
  }
}

function memoryFor(file: OnceOnly): number {
  const fd = openUnnamedFile();
  if (fd !== null) return fd;
  const folders = FOLDERS_IN_MEMORY.join(" or ");
  throw unable(
    file,
    `it is ${file.what}, and there is no folder in memory (${folders}) to which it could be written for all workers; name a file`,
  );
}

function unable({ name, path }: OnceOnly, reason: string): CredentialsError {
  return new CredentialsError(`unable to read ${name} from ${path}: ${reason}`);
}

function copy(descriptors: readonly number[]): Promise<FromCopier["problems"]> {
  return new Promise((resolve, reject) => {
    const child = startAs("copier", { descriptors });
    child.on("message", ({ problems }: FromCopier) => resolve(problems));
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      reject(new Error(`the process that reads pipes ended (${signal ?? code})`));
    });
    const order: ToCopier = { count: descriptors.length / 2 };
    child.send(order, () => {});
  });
}

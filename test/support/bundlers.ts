import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repository } from "./repository.ts";

const folder = join(repository, "test/bundlers");
const { resolve } = createRequire(join(folder, "package.json"));

/** A package of test/bundlers, which has its own: only a few tests need them. */
// biome-ignore lint/suspicious/noExplicitAny: no types of theirs are installed with ours.
export async function bundler(name: string): Promise<any> {
  return import(pathToFileURL(resolve(name)).href);
}

/** Where a file of one is. */
export function fileOfBundler(name: string): string {
  return resolve(name);
}

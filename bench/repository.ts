import { join } from "node:path";

/** The bundles that are run lie in build. */
export const repository = join(import.meta.dirname, "..");

/** One of our programs. */
export function program(name: string): string {
  return join(repository, "bin", name);
}

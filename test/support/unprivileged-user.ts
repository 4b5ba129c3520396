import { chmodSync, cpSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { scratch } from "./scratch.ts";
import { program } from "./service.ts";

/** A user and a group with no rights, on every Debian. */
export const UNPRIVILEGED_USER = 65534;

/** What runs a command as some user, who may have no name and no other process. */
export function asUser(id: number): string[] {
  return ["setpriv", "--reuid", `${id}`, "--regid", `${id}`, "--clear-groups"];
}

export const asUnprivilegedUser: readonly string[] = asUser(UNPRIVILEGED_USER);

/** One of our programs in a place where that user can read it, as an installed one would be. */
export function publicProgram(name: string): string {
  const place = join(scratch, "public");
  if (!existsSync(place)) {
    chmodSync(scratch, 0o711);
    const repository = dirname(dirname(program(name)));
    for (const folder of ["bin", "dist"]) {
      cpSync(join(repository, folder), join(place, folder), { recursive: true });
    }
  }
  return join(place, "bin", name);
}

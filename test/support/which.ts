import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where PATH has that program. */
export function which(name: string): string {
  const folders = (process.env["PATH"] ?? "").split(":");
  const found = folders.map((folder) => join(folder, name)).find(existsSync);
  if (found === undefined) throw new Error(`there is no ${name} in PATH`);
  return found;
}

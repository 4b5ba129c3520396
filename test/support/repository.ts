import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "../..");

/** All files of the repository with that name (or like `*.md`), in whatever folder. */
export function filesNamed(name: string): string[] {
  const command = ["ls-files", "-co", "--exclude-standard", "--", name, `**/${name}`];
  return execFileSync("git", command, { cwd: repository, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && existsSync(join(repository, file)));
}

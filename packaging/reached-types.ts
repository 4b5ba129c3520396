/**
 * Removes declarations that no entry leads to: tsc writes one for each source file, and most of them say
 * what only our own code wants to know. Arguments: the folder, and the entries in it.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const [folder = "", ...entries] = process.argv.slice(2).map((path) => resolve(path));
const reached = new Set<string>();

function visit(file: string): void {
  if (reached.has(file)) return;
  reached.add(file);
  const imports = /(?:from|import\(?)\s*["'](\.[^"']*)\.js["']/g;
  for (const [, path] of readFileSync(file, "utf8").matchAll(imports)) {
    visit(`${join(dirname(file), path as string)}.d.ts`);
  }
}

for (const entry of entries) visit(entry);
for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
  const file = join(folder, name);
  if (name.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
}

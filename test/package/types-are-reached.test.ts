/** The package has no declarations but those that its entries lead to, and each of these is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { repository } from "../support/repository.ts";

const dist = join(repository, "dist");

/** What a declaration imports, as TypeScript reads it. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => join(dirname(file), fileName.replace(/\.js$/, ".d.ts")));
}

it("from index and engine, each declaration of dist/types is reached", () => {
  const reached = new Set<string>();
  const left = ["index.d.ts", "index.d.mts", "index.d.cts", "engine.d.ts"].map((name) =>
    join(dist, name),
  );
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    expect(existsSync(file), file).toBe(true);
    if (reached.has(file)) continue;
    reached.add(file);
    left.push(...importsOf(file));
  }
  const types = readdirSync(join(dist, "types"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".d.ts"))
    .map((name) => join(dist, "types", name));
  expect(types.length).toBeGreaterThan(10);
  expect(types.filter((file) => !reached.has(file))).toEqual([]);
});

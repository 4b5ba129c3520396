/**
 * The installed package can be imported by its name, on every Node, and brings its types.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { node } from "../support/nodes.ts";
import { installed, manifest } from "../support/package.ts";

const modules = join(installed(), "..");
const root = join(modules, "bearhug");
interface Entry {
  types: string;
  [condition: string]: string;
}

/** Those with types: the others are the modules' files. */
const entries = Object.entries<Entry | string>(manifest.exports).filter(
  (entry): entry is [string, Entry] => typeof entry[1] === "object",
);

const isBuilt = existsSync(join(root, "dist/index.js"));

describe.skipIf(!isBuilt).each(entries)("the entry %s", (name, files) => {
  it("has the files that the manifest names", () => {
    for (const file of Object.values(files)) expect(existsSync(join(root, file)), file).toBe(true);
  });

  it.each([process.execPath, node(22), node(24), node(26)])("is imported by %s", (executable) => {
    const from = JSON.stringify(`bearhug${name.slice(1)}`);
    const script = `import * as all from ${from}; console.log(Object.keys(all).length > 0)`;
    const words = ["--input-type=module", "--eval", script];
    const said = execFileSync(executable, words, { cwd: join(modules, ".."), encoding: "utf8" });
    expect(said).toBe("true\n");
  });
});

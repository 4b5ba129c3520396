/**
 * The installed package can be imported by its name, on every Node, and brings its types.
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { node } from "../support/nodes.ts";
import { installed, manifest } from "../support/package.ts";

const modules = join(installed(), "..");
const root = join(modules, "bearhug");
interface Entry {
  readonly [condition: string]: string | Entry;
}

const typed = Object.entries<Entry | string>(manifest.exports).filter(
  (entry): entry is [string, Entry] => typeof entry[1] === "object",
);

/** Modules are imported by bundlers and by newer runtimes only. */
const isModule = (name: string) => name.endsWith(".wasm");
const entries = typed.filter(([name]) => !isModule(name));

it.each(typed.filter(([name]) => isModule(name)))(
  "the module %s has types and a file",
  (_, files) => {
    for (const file of filesOf(files)) expect(existsSync(join(root, file)), file).toBe(true);
  },
);

function filesOf(entry: Entry): string[] {
  return Object.values(entry).flatMap((one) => (typeof one === "string" ? [one] : filesOf(one)));
}

describe.each(entries)("the entry %s", (name, files) => {
  it("has the files that the manifest names", () => {
    for (const file of filesOf(files)) expect(existsSync(join(root, file)), file).toBe(true);
  });

  it.each([process.execPath, node(22), node(24), node(26)])("is imported by %s", (executable) => {
    const from = JSON.stringify(`bearhug${name.slice(1)}`);
    const script = `import * as all from ${from}; console.log(Object.keys(all).length > 0)`;
    const words = ["--input-type=module", "--eval", script];
    const said = execFileSync(executable, words, { cwd: join(modules, ".."), encoding: "utf8" });
    expect(said).toBe("true\n");
  });
});

it("TypeScript finds the types of every entry", () => {
  const folder = join(modules, "..");
  const names = entries.map(([name]) => `bearhug${name.slice(1)}`);
  const lines = names.map((name, index) => `export * as entry${index} from "${name}";\n`);
  lines.push(
    'import engine from "bearhug/engine.wasm";\n',
    'import keeper from "bearhug/keeper.wasm";\n',
    "export const modules: readonly WebAssembly.Module[] = [engine, keeper];\n",
  );
  writeFileSync(join(folder, "all.mts"), lines.join(""));
  const tools = join(import.meta.dirname, "../../node_modules");
  const words = "--noEmit --strict --module nodenext --target es2022 --types node all.mts".split(
    " ",
  );
  const typeRoots = ["--typeRoots", join(tools, "@types")];
  // What it finds wrong it prints, and then fails.
  execFileSync(join(tools, ".bin/tsc"), [...words, ...typeRoots], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtModule } from "../support/sandboxes.ts";

/** Promise 1: the sandbox has no ambient authority. Read from the modules themselves. */

/** What emcc exports of itself. None of it reaches out of the module. */
const EMSCRIPTEN = [
  "__errno_location",
  "__indirect_function_table",
  "_initialize",
  "memory",
  "stackAlloc",
  "stackRestore",
  "stackSave",
];

function exportsInHeader(name: "engine" | "keeper"): string[] {
  const file = join(import.meta.dirname, "../../wasm", name, "abi.h");
  const header = readFileSync(file, "utf8");
  return [...header.matchAll(/^EXPORT\((\w+)\)/gm)].map((match) => match[1] as string);
}

describe("the sandbox has no ambient authority", () => {
  test("the keeper imports nothing", () => {
    expect(WebAssembly.Module.imports(builtModule("keeper"))).toEqual([]);
  });

  test("the engine imports the keeper's two functions and nothing else", () => {
    const imports = WebAssembly.Module.imports(builtModule("engine"));
    expect(imports.map(({ module, name, kind }) => `${kind} ${module}.${name}`).sort()).toEqual([
      "function keeper.decrypt",
      "function keeper.sign",
    ]);
  });

  for (const name of ["engine", "keeper"] as const) {
    test(`the ${name} exports what its abi.h documents and nothing else`, () => {
      const ours = WebAssembly.Module.exports(builtModule(name))
        .map((exported) => exported.name)
        .filter((exported) => !EMSCRIPTEN.includes(exported));
      expect(ours.sort()).toEqual(exportsInHeader(name).sort());
      expect(ours.length).toBeGreaterThan(4);
    });
  }
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ForbiddenImport, instantiate } from "../../src/sandbox/instance.ts";
import { builtModule } from "../support/sandboxes.ts";

/** Promise 1: the sandbox has no ambient authority. Read from the modules themselves. */

/** What emcc exports of itself, and wasm/finish.mjs leaves. None of it reaches out of the module. */
const EMSCRIPTEN = ["_initialize", "memory"];

function exportsInHeader(name: "engine" | "keeper"): string[] {
  const file = join(import.meta.dirname, "../../wasm", name, "abi.h");
  const header = readFileSync(file, "utf8");
  return [...header.matchAll(/^EXPORT\((\w+)\)/gm)].map((match) => match[1] as string);
}

const dist = join(import.meta.dirname, "../../dist");

/** Of the WebAssembly core specification, 5.5. */
const SECTION = { memory: 5, start: 8 } as const;
const HAS_MAXIMUM = 1;
const HEADER_LENGTH = 8;

/** The content of each section by its number. */
function sectionsOf(module: Buffer): Map<number, Buffer> {
  const sections = new Map<number, Buffer>();
  for (let at = HEADER_LENGTH; at < module.length; ) {
    const { value: length, end } = leb128(module, at + 1);
    sections.set(module.readUInt8(at), module.subarray(end, end + length));
    at = end + length;
  }
  return sections;
}

function leb128(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += 7) {
    const byte = bytes.readUInt8(at);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

/** A module with one import: \0asm 1; type () -> (); import MODULE NAME KIND. */
function moduleAsking(from: string, name: string, kind: readonly number[]): WebAssembly.Module {
  const text = (value: string) => [value.length, ...Buffer.from(value)];
  const imported = [1, ...text(from), ...text(name), ...kind];
  const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0];
  return new WebAssembly.Module(Uint8Array.of(...bytes, 2, imported.length, ...imported));
}

/** The core specification, 5.5.5: the first type; a memory of one page. */
const A_FUNCTION = [0, 0];
const A_MEMORY = [2, 0, 1];

describe("a module that asks for what it must not have is never instantiated:", () => {
  // The first five are what the loader would give it.
  test.each([
    ["env", "seed", A_FUNCTION],
    ["env", "abort", A_FUNCTION],
    ["env", "trace", A_FUNCTION],
    ["Date", "now", A_FUNCTION],
    ["Math", "random", A_FUNCTION],
    ["keeper", "wipe", A_FUNCTION],
    ["keeper", "toString", A_FUNCTION],
    ["__proto__", "toString", A_FUNCTION],
    ["keeper", "sign", A_MEMORY],
  ])("%s.%s", (from, name, kind) => {
    const imports = { keeper: { sign: () => 0, decrypt: () => 0 } };
    const asking = moduleAsking(from, name, kind);
    expect(() => instantiate(asking, imports)).toThrow(ForbiddenImport);
  });

  test("but one that asks for what is offered gets as far as our exports", () => {
    const asking = moduleAsking("keeper", "sign", A_FUNCTION);
    expect(() => instantiate(asking, { keeper: { sign: () => 0 } })).toThrow("_initialize");
  });
});

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
    test(`the ${name} runs nothing when it is instantiated, and has a limit to its memory`, () => {
      const sections = sectionsOf(readFileSync(join(dist, `${name}.wasm`)));
      expect([...sections.keys()]).not.toContain(SECTION.start);
      const [count, flags] = sections.get(SECTION.memory) ?? [];
      expect({ count, flags }).toEqual({ count: 1, flags: HAS_MAXIMUM });
    });

    test(`the ${name} can be instantiated with its documented imports, and without can't`, () => {
      const module = builtModule(name);
      const keeper = { sign: () => 0, decrypt: () => 0 };
      expect(() => new WebAssembly.Instance(module, { keeper })).not.toThrow();
      const imports = WebAssembly.Module.imports(module);
      for (const { name: missing } of imports) {
        const rest = Object.entries(keeper).filter(([given]) => given !== missing);
        const incomplete = { keeper: Object.fromEntries(rest) };
        expect(() => new WebAssembly.Instance(module, incomplete)).toThrow(WebAssembly.LinkError);
      }
    });

    test(`the ${name} exports what its abi.h documents and nothing else`, () => {
      const ours = WebAssembly.Module.exports(builtModule(name))
        .map((exported) => exported.name)
        .filter((exported) => !EMSCRIPTEN.includes(exported));
      expect(ours.sort()).toEqual(exportsInHeader(name).sort());
      expect(ours.length).toBeGreaterThan(4);
    });
  }
});

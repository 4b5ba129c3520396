/** A stack that overflows traps: below it is the end of the memory, and no data. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ENGINE_CALLS, type EngineExports } from "../../src/sandbox/engine-exports.ts";
import { instantiate, type Pointer, SandboxTrap } from "../../src/sandbox/instance.ts";
import { Keeper } from "../../src/sandbox/keeper.ts";
import { repository } from "../support/repository.ts";

/** As the Makefile gives them. */
const SIZE = { engine: 31744, keeper: 65536 } as const;
const LITTLE = 16;
const NOWHERE = 0 as Pointer;

type Name = keyof typeof SIZE;

const moduleOf = (bytes: Buffer) => new WebAssembly.Module(new Uint8Array(bytes));
const bytesOf = (name: Name) => readFileSync(join(repository, `dist/${name}.wasm`));

/** A call that needs more of the stack than a little. */
const calls: Record<Name, (module: WebAssembly.Module) => unknown> = {
  engine: (module) => {
    const keeper = { sign: () => 0, decrypt: () => 0 };
    const { exports } = instantiate<EngineExports>(module, { keeper }, ENGINE_CALLS);
    return exports.engine_add_trust_anchor(NOWHERE, 0);
  },
  keeper: (module) => new Keeper(module)["sandbox"].exports.keeper_load(100),
};

/** The section of the only global variable, a mutable i32: where the stack's top is at first. */
function globals(top: number): Buffer {
  const value = [(top & 0x7f) | 0x80, ((top >> 7) & 0x7f) | 0x80, top >> 14];
  return Buffer.of(0x06, 0x08, 0x01, 0x7f, 0x01, 0x41, ...value, 0x0b);
}

describe.each(["engine", "keeper"] as const)("in the %s", (name) => {
  const bytes = bytesOf(name);
  const at = bytes.indexOf(globals(SIZE[name]));

  test("the stack ends at the memory's beginning", () => {
    expect(at).toBeGreaterThan(0);
    expect(bytes.lastIndexOf(globals(SIZE[name]))).toBe(at);
  });

  test("a call that doesn't fit traps", () => {
    const overflowing = Buffer.from(bytes);
    globals(LITTLE).copy(overflowing, at);
    expect(() => calls[name](moduleOf(overflowing))).toThrow(SandboxTrap);
    expect(() => calls[name](moduleOf(bytes))).not.toThrow();
  });
});

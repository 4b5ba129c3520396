/** A stack that overflows traps: below it is the end of the memory, and no data. */
import { describe, expect, test } from "vitest";
import { type Pointer, SandboxTrap } from "../../src/sandbox/instance.ts";
import { exportsOf, newKeeper, newServer } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";

interface Stack {
  stackSave(): number;
  stackRestore(to: number): void;
}

/** As the Makefile gives them. */
const SIZE = { engine: 32768, keeper: 65536 } as const;
const LITTLE = 16;
const NOWHERE = 0 as Pointer;

const engine = exportsOf(newServer(Authority.root().issue()));
const keeper = newKeeper()["sandbox"].exports;
const modules = { engine, keeper };

/** A call that needs more of the stack than a little. */
const calls: Record<keyof typeof modules, () => unknown> = {
  engine: () => engine.engine_add_trust_anchor(NOWHERE, 0),
  keeper: () => keeper.keeper_load(100),
};

describe.each(["engine", "keeper"] as const)("in the %s", (name) => {
  const stack = modules[name] as unknown as Stack;

  test("the stack ends at the memory's beginning", () => {
    expect(stack.stackSave()).toBe(SIZE[name]);
  });

  test("a call that doesn't fit traps", () => {
    stack.stackRestore(LITTLE);
    expect(calls[name]).toThrow(SandboxTrap);
  });
});

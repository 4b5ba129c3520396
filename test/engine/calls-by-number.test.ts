import { expect, test } from "vitest";
import { ENGINE_CALLS } from "../../src/sandbox/engine-exports.ts";
import { instantiate, SandboxTrap } from "../../src/sandbox/instance.ts";
import { builtModule } from "../support/sandboxes.ts";

/** engine_call: the number of a function, and its arguments. */

interface Numbered {
  engine_call(number: number, a?: number, b?: number, c?: number): number;
}

function fresh(): Numbered {
  const keeper = { sign: () => 0, decrypt: () => 0 };
  return instantiate<Numbered>(builtModule("engine"), { keeper }, ENGINE_CALLS).exports;
}

test("a number that is no function's traps", () => {
  const { length } = ENGINE_CALLS.names;
  for (const number of [length, length + 1, 0x7fffffff, -0x80000000, -1]) {
    expect(() => fresh().engine_call(number), `${number}`).toThrow(SandboxTrap);
  }
});

test("the last number is a function's, and so is the first: 16 bytes of memory", () => {
  expect(fresh().engine_call(ENGINE_CALLS.names.length - 1)).toBe(0);
  expect(fresh().engine_call(0, 16)).toBeGreaterThan(0);
});

test("what returns nothing gives 0, whatever it was called with", () => {
  const number = ENGINE_CALLS.names.indexOf("engine_set_clock");
  expect(fresh().engine_call(number, 1_800_000_000, 999, 7)).toBe(0);
});

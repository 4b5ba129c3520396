import { describe, expect, test } from "vitest";
import { ENGINE_CALLS, type EngineExports } from "../../src/sandbox/engine-exports.ts";
import { instantiate } from "../../src/sandbox/instance.ts";
import { Authority } from "../support/certificates.ts";
import { builtModule, memoryOf } from "../support/sandboxes.ts";
import { exportsOf, newServer } from "./instances.ts";

/** Memory that an engine gives to its host: before the start, and never more than there is. */

const PAGE = 65536;
const USUAL = 3 * PAGE;

describe("before the start", () => {
  /** An instance of which nothing was called yet. */
  function fresh() {
    const keeper = { sign: () => 0, decrypt: () => 0 };
    const { exports, memory } = instantiate<EngineExports>(
      builtModule("engine"),
      { keeper },
      ENGINE_CALLS,
    );
    return {
      alloc: (length: number) => exports.engine_alloc(length),
      size: () => memory.all().length,
    };
  }

  test.each([-1, -15, -16, -17, -PAGE, -USUAL, 0x7fffffff])(
    "a length that would wrap around, or that there is no memory for, is refused: %i",
    (length) => {
      const { alloc, size } = fresh();
      const before = size();
      expect(alloc(length)).toBe(0);
      expect(size()).toBe(before);
      expect(alloc(100)).toBeGreaterThan(0);
    },
  );
});

test("after the start, nothing is given any more", () => {
  const engine = newServer(Authority.root().issue());
  const { length } = memoryOf(engine);
  for (const size of [1, 16, PAGE, -1]) expect(exportsOf(engine).engine_alloc(size)).toBe(0);
  expect(memoryOf(engine)).toHaveLength(length);
});

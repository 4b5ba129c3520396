import { describe, expect, test } from "vitest";
import { parseListening, parseTarget } from "../../src/cli/addresses.ts";

/** The limits of what an address of bearhug may be. */

describe("a path of a UNIX socket has 107 bytes at the most (unix(7))", () => {
  test.each([
    ["107 letters", "/".padEnd(107, "a"), true],
    ["108 letters", "/".padEnd(108, "a"), false],
    ["107 bytes of two each", `/${"é".repeat(53)}`, true],
    ["108 bytes of two each", `/a${"é".repeat(53)}`, false],
  ])("%s", (_, path, fits) => {
    for (const parse of [parseListening, parseTarget]) {
      if (fits) expect(parse(`unix:${path}`)).toEqual({ path });
      else expect(() => parse(`unix:${path}`)).toThrow("not an address");
    }
  });
});

test("a descriptor has 31 bits", () => {
  expect(parseListening("fd:2147483647")).toEqual({ fd: 2 ** 31 - 1 });
  expect(() => parseListening("fd:2147483648")).toThrow("not a descriptor");
});

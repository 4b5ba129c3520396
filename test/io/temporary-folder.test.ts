import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { makeTemporaryFolder } from "../../src/io/temporary-folder.ts";

test("a temporary folder that won't do is removed again, and the first one's reason is told", () => {
  const made: string[] = [];
  const check = (folder: string) => {
    expect(existsSync(folder)).toBe(true);
    made.push(folder);
    throw new Error(`folder ${made.length} won't do`);
  };
  expect(() => makeTemporaryFolder("bearhug-test-", check)).toThrow("folder 1 won't do");
  expect(made.length).toBeGreaterThan(1);
  expect(made.filter((folder) => existsSync(folder))).toEqual([]);
});

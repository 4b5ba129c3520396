import { expect, test } from "vitest";
import { Census } from "../../src/server/census.ts";

test("counts all, and each address for itself", () => {
  const census = new Census();
  expect([census.enter("a"), census.enter("b"), census.enter("a")]).toEqual([1, 1, 2]);
  expect([census.open, census.countOf("a"), census.countOf("b")]).toEqual([3, 2, 1]);
  census.leave("a");
  expect([census.open, census.countOf("a"), census.countOf("b")]).toEqual([2, 1, 1]);
  expect(census.enter("a")).toBe(2);
});

test("remembers no client that has left", () => {
  const census = new Census();
  for (let turn = 0; turn < 1000; turn++) {
    census.enter(`address ${turn}`);
    census.leave(`address ${turn}`);
  }
  expect(census.open).toBe(0);
  expect(census.countOf("address 1")).toBe(0);
  const { byAddress, byOrigin } = census as unknown as Record<
    string,
    { counts: Map<string, number> }
  >;
  expect([byAddress?.counts.size, byOrigin?.counts.size]).toEqual([0, 0]);
});

test("for the limit, addresses of one origin are one; their numbers stay their own", () => {
  const census = new Census((address) => address.slice(0, 1));
  expect([census.enter("a1"), census.enter("a2"), census.enter("a1")]).toEqual([1, 1, 2]);
  expect([census.countOf("a3"), census.countOf("b1")]).toEqual([3, 0]);
  census.leave("a2");
  expect([census.countOf("a1"), census.enter("a2")]).toEqual([2, 1]);
});

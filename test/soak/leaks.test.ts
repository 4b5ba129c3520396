import { expect, it } from "vitest";
import { leaksIn, slopeOf } from "./leaks.ts";

it("the slope is what memory grows by in a second, through noise", () => {
  const samples = Array.from({ length: 100 }, (_, at) => [at, 50 + at / 4 + (at % 2)] as const);
  expect(slopeOf(samples)).toBeCloseTo(0.25, 2);
});

it("the slope is zero for memory that goes up and down", () => {
  const samples = Array.from({ length: 101 }, (_, at) => [at, 50 + (at % 2)] as const);
  expect(slopeOf(samples)).toBeCloseTo(0, 3);
});

it("who looked at the memory once has shown nothing about it", () => {
  const holdings = { processes: [1], descriptors: [20] };
  const observation = { before: holdings, after: holdings, seconds: 10 };
  expect(leaksIn({ ...observation, samples: [[1, 50]] })).toEqual(["memory: NaN MiB"]);
  expect(
    leaksIn({
      ...observation,
      samples: [
        [1, 50],
        [2, 50],
      ],
    }),
  ).toEqual([]);
});

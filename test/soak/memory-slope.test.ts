import { expect, it } from "vitest";
import { slopeOf } from "./memory-slope.ts";

it("is what memory grows by in a second, through noise", () => {
  const samples = Array.from({ length: 100 }, (_, at) => [at, 50 + at / 4 + (at % 2)] as const);
  expect(slopeOf(samples)).toBeCloseTo(0.25, 2);
});

it("is zero for memory that goes up and down", () => {
  const samples = Array.from({ length: 101 }, (_, at) => [at, 50 + (at % 2)] as const);
  expect(slopeOf(samples)).toBeCloseTo(0, 3);
});

import { describe, expect, it } from "vitest";
import { needs } from "../support/needs.ts";

describe("a suite", needs("the moon", false), () => {
  it("has one test", () => {});
  it.each([1, 2])("and %i more", () => {});
});

it("alone", needs("the sun", false), () => {});

it("with all that it needs", needs("nothing", true), () => {
  expect(1).toBe(1);
});

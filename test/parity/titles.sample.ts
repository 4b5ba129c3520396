/** Tests in every form that titles.ts has to understand. None of them runs. */
import { describe, it } from "vitest";

const values = ["from elsewhere"];

describe("a suite", () => {
  it("plain", () => {});
  it.each(["a", "b"])("row %s", () => {});
});

it.each([["one", 1, "x", values]] as const)("%s is %i of %j", () => {});
it.each(values)("with values from elsewhere: %s", () => {});
it(`a template of ${values}`, () => {});
it.skip("skipped", () => {});
it.todo("not written");
describe.skip("skipped as a whole", () => {
  it("with what is in it", () => {});
});
describe.skip.each(values)("each of them skipped", () => {
  it("with what is in it, too", () => {});
});

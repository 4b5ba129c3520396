import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../support/repository.ts";
import { page } from "./rows.ts";

it("docs/platforms.md is what the tests on platforms are", async () => {
  await expect(page()).toMatchFileSnapshot(join(repository, "docs/platforms.md"));
});

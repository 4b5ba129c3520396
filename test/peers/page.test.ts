import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../support/repository.ts";
import { page } from "./rows.ts";

it("docs/peers.md is what the tests with other people's TLS are", async () => {
  await expect(page()).toMatchFileSnapshot(join(repository, "docs/peers.md"));
});

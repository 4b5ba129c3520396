/** Started by another Node with a channel to it: that is over, and prog doesn't hear of it. */
import { expect, it } from "vitest";
import { run } from "../support/processes.ts";
import { program } from "../support/service.ts";

it("the variables of Node's channel are not passed on", async () => {
  const { stdout, code } = await run([program("s6-ucspitlsd"), "env"], {
    stdio: ["pipe", "pipe", "pipe", "ipc"],
    environment: { MINE: "kept" },
  });
  expect(stdout).toContain("MINE=kept\n");
  expect(stdout).not.toMatch(/^NODE_/m);
  expect(code).toBe(0);
});

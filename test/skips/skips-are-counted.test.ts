import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../support/processes.ts";
import { repository } from "../support/repository.ts";

function runSample(environment: Record<string, string>) {
  const vitest = join(repository, "node_modules/.bin/vitest");
  const config = "test/skips/vitest.config.ts";
  const command = [vitest, "run", "--root", repository, "--config", join(repository, config)];
  return run(command, { environment, patience: 60_000 });
}

const COUNTED = ["3 skipped: for want of the moon", "1 skipped: for want of the sun"];

it("at the end of a run, by what is missing", async () => {
  const { code, stdout } = await runSample({});
  for (const line of COUNTED) expect(stdout.split("\n")).toContain(line);
  expect(code).toBe(0);
});

it("in CI a skip is a failure", async () => {
  const { code, stdout, stderr } = await runSample({ CI: "1" });
  for (const line of COUNTED) expect(stdout.split("\n")).toContain(line);
  expect(stderr).toContain("CI must not skip a test");
  expect(code).toBe(1);
});

it("unless all that is missing is named", async () => {
  expect(await runSample({ CI: "1", CI_LACKS: "the moon" })).toMatchObject({ code: 1 });
  expect(await runSample({ CI: "1", CI_LACKS: "the moon, the sun" })).toMatchObject({ code: 0 });
});

/** Each program talks on every Node that we are for, in both versions of TLS. */
import { describe, expect, it } from "vitest";
import { CONVERSING, converse } from "../support/conversations.ts";
import { run } from "../support/processes.ts";
import { NODES } from "./rows.ts";

it.each(NODES.map((one) => [one.name, one] as const))("%s is one", async (name, { runner }) => {
  const { stdout } = await run([...runner, "--version"]);
  expect(stdout.replace(/^v([0-9]+)[.].*\n$/, "Node $1")).toBe(name);
});

describe.each(NODES.map((one) => [one.name, one] as const))("%s", (_, platform) => {
  describe.each(platform.versions)("%s", (version) => {
    it.each(CONVERSING)("%s", (program) => converse(program, platform, version));
  });
});

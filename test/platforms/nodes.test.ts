/** Each program talks on every Node that we are for, in both versions of TLS. */
import { describe, it } from "vitest";
import { CONVERSING, converse } from "../support/conversations.ts";
import { NODES } from "./rows.ts";

describe.each(NODES.map((one) => [one.name, one] as const))("%s", (_, platform) => {
  describe.each(platform.versions)("%s", (version) => {
    it.each(CONVERSING)("%s", (program) => converse(program, platform, version));
  });
});

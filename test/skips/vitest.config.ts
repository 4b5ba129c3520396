import { defineConfig } from "vitest/config";
import { SkipsByReason } from "../support/skips-by-reason.ts";

/** For the sample, in a run of its own. */
export default defineConfig({
  test: { dir: import.meta.dirname, include: ["**/*.sample.ts"], reporters: [new SkipsByReason()] },
});

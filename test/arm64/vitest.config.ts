/**
 * Linux on arm64. The folders without programs run in arm64's Node themselves; the programs run there
 * and talk to test files of this processor. ARM64=all: all of it, and a sample of the folders else.
 * ARM64_MINUTES: the limit.
 */
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { SkipsByReason } from "../support/skips-by-reason.ts";
import { CountWithinTime } from "./count.ts";
import { arm64Pool } from "./pool.ts";

const isWhole = process.env["ARM64"] === "all";

/** Machine code of both modules, SIMD too, and a tunnel; the others take a minute and more each. */
const SAMPLE = [
  "test/crypto/chacha20.test.ts",
  "test/engine/channels.test.ts",
  "test/tunnel/two-directions.test.ts",
  "test/contract/no-ambient-authority.test.ts",
];

const WHOLE = ["test/{contract,engine,crypto,tunnel}/**/*.test.ts"];

/** An emulated start takes a second, and some tests start openssl a thousand times. */
const PATIENCE = 900_000;

const common = { testTimeout: PATIENCE, hookTimeout: PATIENCE };

/** make test has a sample of them among its own tests. */
const PROGRAMS = {
  test: { ...common, name: "programs", include: ["test/platforms/arm64.test.ts"] },
};

export default defineConfig({
  test: {
    root: join(import.meta.dirname, "../.."),
    maxWorkers: 2,
    reporters: [
      "default",
      new SkipsByReason(),
      new CountWithinTime(Number(process.env["ARM64_MINUTES"] ?? 60)),
    ],
    projects: [
      {
        test: {
          ...{ ...common, name: "inside", pool: arm64Pool },
          include: isWhole ? WHOLE : SAMPLE,
        },
      },
      ...(isWhole ? [PROGRAMS] : []),
    ],
  },
});

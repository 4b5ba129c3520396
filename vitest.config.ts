import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { SkipsByReason } from "./test/support/skips-by-reason.ts";

/** The soak takes longer than any other file, and most of it is waiting: it must not come last. */
class SoakFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSoak = ({ moduleId }: TestSpecification) => moduleId.includes("/test/soak/");
    return [...sorted.filter(isSoak), ...sorted.filter((file) => !isSoak(file))];
  }
}

/** They need the machine for themselves, so that make floods runs them alone. */
const alone = process.env["ALONE"] === undefined ? ["test/floods/**"] : [];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...alone],
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default", new SkipsByReason()],
    sequence: { sequencer: SoakFirst },
  },
});

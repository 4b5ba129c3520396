import type { Reporter, TestModule, TestSpecification, Vitest } from "vitest/node";

/** A run that was told to stop lets the tests that run come to an end: milliseconds. */
const LAST_TESTS = 120_000;

/** Ends a run after some minutes, and counts: `N passed, N failed`. */
export class CountWithinTime implements Reporter {
  private planned = 0;
  private isLate = false;

  constructor(private readonly minutes: number) {}

  onInit(vitest: Vitest): void {
    const stop = () => {
      this.isLate = true;
      void vitest.cancelCurrentRun("keyboard-input");
      setTimeout(() => this.giveUp(), LAST_TESTS).unref();
    };
    setTimeout(stop, this.minutes * 60_000).unref();
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.planned = specifications.length;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = (state: "passed" | "failed" | "skipped") =>
      modules.reduce((sum, { children }) => sum + [...children.allTests(state)].length, 0);
    const passed = count("passed");
    // A file that can't be loaded has no tests, nor has one whose process died.
    const unloaded = modules.filter((one) => one.state() === "failed" && one.errors().length > 0);
    const failed = count("failed") + unloaded.length + errors.length;
    console.log(`arm64: ${passed} passed, ${failed} failed, ${count("skipped")} skipped`);
    if (!this.isLate) return;
    const whole = modules.filter((one) => one.state() === "passed" || one.state() === "failed");
    console.error(
      `arm64: stopped after ${this.minutes} minutes (ARM64_MINUTES): ${whole.length} of ${this.planned} files were run`,
    );
    process.exitCode = 1;
  }

  private giveUp(): void {
    console.error(`arm64: a test did not end; stopped after ${this.minutes} minutes`);
    process.exit(1);
  }
}

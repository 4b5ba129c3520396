import type { Reporter, TestCase, TestModule, TestRunEndReason } from "vitest/node";

/**
 * Tells at the end of a run how many tests were skipped for want of what. In CI a skip is a failure,
 * unless CI_LACKS names what this machine is known to lack (words with commas between them).
 */
export class SkipsByReason implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], _errors: unknown, reason: TestRunEndReason): void {
    const counts = new Map<string, number>();
    for (const { children } of modules) {
      for (const test of children.allTests("skipped")) {
        const lacks = lackOf(test);
        counts.set(lacks, (counts.get(lacks) ?? 0) + 1);
      }
    }
    for (const [lacks, count] of counts) console.log(`${count} skipped: ${lacks}`);
    const known = (process.env["CI_LACKS"] ?? "").split(",").map(inWords);
    const unknown = [...counts.keys()].filter((lacks) => !known.includes(lacks));
    if (!process.env["CI"] || reason === "interrupted" || unknown.length === 0) return;
    console.error("CI must not skip a test; name what it is known to lack in CI_LACKS");
    process.exitCode = 1;
  }
}

function lackOf(test: TestCase): string {
  for (let at: TestCase | TestCase["parent"] = test; ; at = at.parent) {
    const { lacks } = at.type === "module" ? {} : at.meta();
    if (lacks !== undefined) return inWords(lacks);
    if (at.type === "module") return "no reason is given";
  }
}

function inWords(lacks: string): string {
  return `for want of ${lacks.trim()}`;
}

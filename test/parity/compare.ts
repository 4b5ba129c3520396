/**
 * `make parity`: the sentences of docs/compatibility.md that have a test of their own, held against our
 * programs and, with S6_NETWORKING=folder, against the original's in that folder. It prints what
 * differs, and fails if a sentence doesn't hold for ours.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

/** What became of a sentence. */
type Outcome = "holds" | "doesn't hold" | "not tested";

type Outcomes = ReadonlyMap<string, Outcome>;

/** The part of vitest's JSON that is read here. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const original = process.env["S6_NETWORKING"] || undefined;
const ours = outcomesOf("ours", {});
const broken = [...ours].filter(([, outcome]) => outcome === "doesn't hold");
for (const [sentence] of broken) console.log(`doesn't hold here: ${sentence}`);
console.log(`ours: ${tally(ours)}`);
if (original === undefined) {
  console.log("S6_NETWORKING=folder compares them with the original's programs in that folder");
} else {
  compare(ours, outcomesOf("original", { S6_NETWORKING: folderOf(original) }));
}
process.exitCode = broken.length === 0 && ours.size > 0 ? 0 : 1;

function folderOf(path: string): string {
  const folder = resolve(path);
  const programs = ["s6-tlsd", "s6-tlsd-io", "s6-tlsserver"];
  const missing = programs.filter((name) => !existsSync(join(folder, name)));
  if (missing.length === 0) return folder;
  console.error(`no ${missing.join(", ")} in ${folder}`);
  process.exit(1);
}

function outcomesOf(name: string, environment: Readonly<Record<string, string>>): Outcomes {
  const file = `build/parity-${name}.json`;
  rmSync(file, { force: true });
  const files = ["test/commands/parity-"];
  const { S6_NETWORKING, ...env } = process.env;
  spawnSync(
    "node_modules/.bin/vitest",
    ["run", "--reporter=json", `--outputFile=${file}`, ...files],
    { env: { ...env, ...environment }, stdio: ["ignore", "ignore", "inherit"] },
  );
  const { testResults } = JSON.parse(readFileSync(file, "utf8")) as Report;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  return new Map(tests.map(({ fullName, status }) => [fullName.trim(), outcomeOf(status)]));
}

function outcomeOf(status: string): Outcome {
  if (status === "passed") return "holds";
  return status === "failed" ? "doesn't hold" : "not tested";
}

function compare(ours: Outcomes, theirs: Outcomes): void {
  const differ = [...ours].filter(([sentence, outcome]) => theirs.get(sentence) !== outcome);
  for (const [sentence, outcome] of differ) {
    console.log(`ours ${outcome}, the original's ${theirs.get(sentence)}: ${sentence}`);
  }
  console.log(`the original's: ${tally(theirs)}; ${differ.length} of ${ours.size} differ`);
}

function tally(outcomes: Outcomes): string {
  const count = (wanted: Outcome) => [...outcomes.values()].filter((one) => one === wanted).length;
  return `${count("holds")} hold, ${count("doesn't hold")} don't, ${count("not tested")} not tested`;
}

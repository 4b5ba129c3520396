/**
 * BoringSSL's test runner against our engine (`make bogo`): starts the resident shims, lets the runner
 * run, counts, and writes docs/conformance.md.
 *
 *   BOGO_TEST='PATTERN;PATTERN'   only those; the page is left alone
 *   BOGO_DISABLED=1               the disabled ones: none may pass
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { count, format } from "./count.ts";
import { DISABLED } from "./disabled.ts";
import { ERROR_MAP } from "./errors.ts";
import { writePage } from "./page.ts";

const build = resolve("build/bogo");
const runner = join(build, "runner");
const resources = resolve(process.env.BOGO_SOURCE ?? "vendor/boringssl/src", "ssl/test/runner");
const isLifted = process.env.BOGO_DISABLED === "1";
const only = isLifted ? Object.keys(DISABLED).join(";") : (process.env.BOGO_TEST ?? "");

/** What the runner is configured with: no curve that we don't have (P-224). */
const CONFIGURATION = {
  DisabledTests: isLifted ? {} : DISABLED,
  ErrorMap: ERROR_MAP,
  AllCurves: [23, 24, 25, 29],
};

const scratch = mkdtempSync(join(tmpdir(), "bogo-"));
const shims: ChildProcess[] = [];
try {
  process.exitCode = await main();
} finally {
  for (const shim of shims) shim.kill();
  rmSync(scratch, { recursive: true });
}

async function main(): Promise<number> {
  writeFileSync(join(scratch, "configuration.json"), JSON.stringify(CONFIGURATION));
  const names = Object.keys(await runRunner(["-include-disabled"], { BOGO_SHIM_COUNT: "0" }));
  for (let at = 0; at < availableParallelism(); at++) await startShim(at);
  const results = await runRunner(
    ["-test", only, "-shim-config", join(scratch, "configuration.json"), "-loose-errors"],
    { BOGO_SHIM_COUNT: `${shims.length}` },
  );
  if (isLifted) return judgeDisabled(results);
  const missing = readFileSync(join(scratch, "missing"), "utf8").split("\n").slice(0, -1);
  const tally = count(names, results, missing);
  const isNews = only === "" && !writePage(tally);
  if (isNews) console.error("bogo: docs/conformance.md was out of date, and is written anew");
  for (const problem of tally.problems) console.error(`bogo: ${problem}`);
  console.log(format(tally));
  return tally.failed > 0 || (only === "" && tally.problems.length > 0) ? 1 : 0;
}

/** A pattern that is too wide would hide a test that passes, and one day fails. */
function judgeDisabled(results: Record<string, string>): number {
  const names = Object.keys(results);
  const passing = names.filter((name) => results[name] === "PASS");
  for (const name of passing) console.error(`bogo: ${name} is disabled, and passes`);
  console.log(`${names.length} disabled, of which ${passing.length} pass`);
  return passing.length > 0 ? 1 : 0;
}

async function startShim(at: number): Promise<void> {
  const log = join(scratch, "missing");
  writeFileSync(log, "");
  const shim = fork(join(build, "shim.mjs"), [join(scratch, `${at}`), log]);
  shims.push(shim);
  await once(shim, "message");
}

/** Each test's name, and PASS, FAIL or SKIP. */
async function runRunner(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<Record<string, string>> {
  const output = join(scratch, "results.json");
  const workers = environment.BOGO_SHIM_COUNT === "0" ? 2 : 4 * shims.length;
  const child = spawn(
    runner,
    [
      ...[
        "-idle-timeout",
        "60s",
        "-shim-path",
        join(build, "front"),
        "-resource-dir",
        resources,
        "-pipe",
      ],
      ...["-num-workers", `${workers}`, "-allow-unimplemented", "-json-output", output, ...args],
    ],
    {
      env: { ...process.env, ...environment, BOGO_SHIMS: scratch },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  child.stdout.on("data", printFailures(environment.BOGO_SHIM_COUNT !== "0" && !isLifted));
  await once(child, "close");
  const { tests } = JSON.parse(readFileSync(output, "utf8")) as {
    tests: Record<string, { actual: string }>;
  };
  return Object.fromEntries(Object.entries(tests).map(([name, { actual }]) => [name, actual]));
}

/** The runner has a line for each test; those of a failure go on until the next. */
function printFailures(wanted: boolean): (piece: Buffer) => void {
  let fails = false;
  let rest = "";
  return (piece) => {
    const lines = (rest + piece.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (/^(PASSED|UNIMPLEMENTED|FAILED) \(/.test(line)) fails = line.startsWith("FAILED");
      if (wanted && fails && line !== "") console.log(line);
    }
  };
}

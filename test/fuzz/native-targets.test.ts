import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../support/processes.ts";
import { scratch } from "../support/scratch.ts";

/** The C of both sandboxes under AddressSanitizer and UndefinedBehaviorSanitizer; docs/fuzzing.md. */

const project = join(import.meta.dirname, "../..");
const targets = readdirSync(join(project, "fuzz/targets")).map((file) => basename(file, ".c"));

/** Fresh inputs for each target, on top of those that are kept: a second's worth of them. */
const FRESH: Record<string, number> = {
  between: 100,
  certificates: 1500,
  client: 1000,
  client13: 500,
  crypto: 150,
  hello: 500,
  keys: 300,
  mlkem: 40,
  names: 3000,
  pem: 20_000,
  server: 500,
  server13: 500,
  ticket: 5000,
  "trust-anchors": 1500,
};

const PATIENCE_MS = 60_000;

/** The whole project's folder, because programs find test/recorded from there. */
function play(target: string, ...options: string[]) {
  const program = join(project, "build/fuzz/faults", target);
  const command = ["sh", "-c", 'cd "$0" && exec "$@"', project, program, ...options];
  return run(command, {
    environment: { ASAN_OPTIONS: "quarantine_size_mb=16:detect_leaks=0" },
    patience: PATIENCE_MS,
  });
}

describe.each(targets)("%s", (target) => {
  // The second one has what was a fault once.
  const folders = ["corpus", "found"].map((folder) => join(project, "fuzz", folder, target));
  const existing = folders.filter((folder) => existsSync(folder));
  const kept = existing.flatMap((folder) => readdirSync(folder)).length;

  test(`neither ${kept} kept inputs nor fresh ones make a fault`, {
    timeout: PATIENCE_MS,
  }, async () => {
    const fresh = FRESH[target];
    if (fresh === undefined) throw new Error(`how many fresh inputs for ${target}?`);
    // New inputs that reach more are written to the first folder.
    const found = mkdtempSync(join(scratch, `${target}-`));
    const { code, stderr } = await play(
      target,
      ...["-seed=1", `-runs=${kept + fresh}`, "-timeout=50", "-rss_limit_mb=1024", "-max_len=8192"],
      ...[`-artifact_prefix=${found}/fault-`, found, ...existing],
    );
    expect(stderr).toMatch(new RegExp(`Done ${kept + fresh} runs`));
    expect(code).toBe(0);
  });
});

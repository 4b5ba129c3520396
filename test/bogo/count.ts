/** What came of the runner's tests, by what they are about. */
import { DISABLED } from "./disabled.ts";
import { FROZEN } from "./frozen.ts";

/** What a name says that a test is about; the first that fits. */
export const PARTS = [
  { title: "DTLS", fits: /DTLS/ },
  { title: "QUIC", fits: /QUIC/ },
  { title: "TLS 1.3", fits: /TLS13/ },
  { title: "TLS up to 1.2", fits: /(?:)/ },
] as const;

export type Part = (typeof PARTS)[number]["title"];

export interface Row {
  readonly part: Part;
  passed: number;
  failed: number;
  unimplemented: number;
  disabled: number;
}

export interface Tally {
  readonly rows: readonly Row[];
  readonly passed: number;
  readonly failed: number;
  readonly unimplemented: number;
  /** Tests by the pattern that disables them. */
  readonly disabled: ReadonlyMap<string, readonly string[]>;
  /** How many tests met each flag that we have nothing for. */
  readonly missing: ReadonlyMap<string, number>;
  readonly problems: readonly string[];
}

/**
 * @param names all tests of the runner
 * @param results of those that were run: PASS, FAIL or SKIP
 * @param missing the flag for which each of the skipped ones was
 */
export function count(
  names: readonly string[],
  results: Readonly<Record<string, string>>,
  missing: readonly string[],
): Tally {
  const disabled = new Map(Object.keys(DISABLED).map((pattern) => [pattern, [] as string[]]));
  const rows = PARTS.map(({ title }): Row => {
    return { part: title, passed: 0, failed: 0, unimplemented: 0, disabled: 0 };
  });
  for (const name of names) {
    const row = rows[PARTS.findIndex(({ fits }) => fits.test(name))] as Row;
    const result = results[name];
    if (result === "PASS") row.passed++;
    else if (result === "SKIP") row.unimplemented++;
    else if (result !== undefined) row.failed++;
    else {
      row.disabled++;
      for (const [pattern, tests] of disabled) if (matches(pattern, name)) tests.push(name);
    }
  }
  const sum = (key: "passed" | "failed" | "unimplemented") =>
    rows.reduce((all, row) => all + row[key], 0);
  return {
    rows,
    passed: sum("passed"),
    failed: sum("failed"),
    unimplemented: sum("unimplemented"),
    disabled,
    missing: tallyOf(missing),
    problems: [
      ...frozenNumbers(names),
      ...idlePatterns(disabled),
      ...brokenSkips(sum("unimplemented"), missing),
    ],
  };
}

export function format({ passed, failed, unimplemented, rows }: Tally): string {
  const disabled = rows.reduce((all, row) => all + row.disabled, 0);
  return `${passed} passed, ${failed} failed, ${unimplemented} unimplemented, ${disabled} disabled`;
}

function frozenNumbers(names: readonly string[]): string[] {
  const tls12 = names.filter((name) => PARTS.slice(0, -1).every(({ fits }) => !fits.test(name)));
  const found = { all: names.length, tls12: tls12.length };
  if (found.all === FROZEN.all && found.tls12 === FROZEN.tls12) return [];
  return [
    `the runner has ${found.all} tests, ${found.tls12} of TLS up to 1.2, not ${FROZEN.all} and ${FROZEN.tls12}`,
  ];
}

function idlePatterns(disabled: ReadonlyMap<string, readonly string[]>): string[] {
  return [...disabled].flatMap(([pattern, tests]) =>
    tests.length === 0 ? [`${pattern} is disabled, and there is no such test`] : [],
  );
}

function brokenSkips(skipped: number, missing: readonly string[]): string[] {
  if (skipped === missing.length) return [];
  return [`${skipped} tests were skipped, and ${missing.length} for a flag that we know of`];
}

function tallyOf(flags: readonly string[]): Map<string, number> {
  const tally = new Map<string, number>();
  for (const flag of flags) tally.set(flag, (tally.get(flag) ?? 0) + 1);
  return new Map([...tally].sort(([, one], [, other]) => other - one));
}

/** As Go's filepath.Match has it; no name has a slash. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === "*") return ".*";
    return part === "?" ? "." : part.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`).test(name);
}

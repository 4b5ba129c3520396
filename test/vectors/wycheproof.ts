import { expect } from "vitest";
import { EXCEPTIONS, type Exception } from "./exceptions.ts";
import { vectors } from "./folder.ts";

/** Wycheproof's files, and what is to hold for all of their cases. */

/** What a case has besides depends on the file's kind; it is all hexadecimal. */
export interface Case {
  tcId: number;
  comment?: string;
  flags?: string[];
  result: "valid" | "invalid" | "acceptable";
}

export interface Group<Kind extends Case> {
  tests: Kind[];
}

/**
 * What the modules make of a case: it is right, it is refused, or (a word for why) they can't be
 * asked, since their functions take no such thing.
 */
export type Verdict = boolean | string;

/**
 * Each case must be judged as its file says, but for the exceptions; and each exception must be one,
 * in exactly as many cases as it says.
 */
export function judge<Of extends Group<Case>>(
  name: string,
  verdict: (one: Of["tests"][number], group: Of) => Verdict,
): void {
  const { testGroups } = vectors(`wycheproof/${name}_test.json.gz`) as { testGroups: Of[] };
  const exceptions = EXCEPTIONS.filter(({ files }) => files.includes(name));
  const counts = new Map(exceptions.map((exception) => [exception, 0]));
  const wrong: string[] = [];
  let judged = 0;
  for (const group of testGroups) {
    for (const one of group.tests) {
      judged++;
      const found = disagreement(one, verdict(one, group));
      if (found === null) continue;
      const exception = exceptions.find((candidate) => covers(candidate, one, found));
      if (exception) counts.set(exception, (counts.get(exception) ?? 0) + 1);
      else wrong.push(`${one.tcId} is ${found}: ${one.flags?.join(" ")}: ${one.comment}`);
    }
  }
  const excepted = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (process.env["VECTORS_TELL"]) {
    console.log(`${name}: ${judged} cases, ${excepted} exceptions, ${wrong.length} wrong`);
  }
  expect(judged).toBeGreaterThan(0);
  expect(wrong, name).toEqual([]);
  for (const [{ cases, why }, count] of counts) {
    expect(count, `${name}: exceptions because ${why}`).toBe(cases);
  }
}

function disagreement({ result }: Case, verdict: Verdict): Exception["found"] | null {
  if (typeof verdict === "string") return "inexpressible";
  if (result === "acceptable" || verdict === (result === "valid")) return null;
  return verdict ? "accepted" : "refused";
}

function covers({ found, comment, flag }: Exception, one: Case, what: Exception["found"]): boolean {
  return (
    found === what &&
    (comment === undefined || comment.test(one.comment ?? "")) &&
    (flag === undefined || one.flags?.includes(flag) === true)
  );
}

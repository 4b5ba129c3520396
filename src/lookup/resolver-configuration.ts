import { readFileSync } from "node:fs";

/** How a name is completed before DNS is asked (resolv.conf(5)). */
export interface Qualification {
  readonly search: readonly string[];
  /** A name with fewer dots is completed first; one with more, as it stands first. */
  readonly ndots: number;
  /** How often a name server is asked; null: not said. */
  readonly attempts: number | null;
  /** Seconds that it has for the first answer; null: not said. */
  readonly timeout: number | null;
}

const DEFAULTS: Qualification = { search: [], ndots: 1, attempts: null, timeout: null };

/** Other numbers are the nearest of these (resolv.conf(5)). */
const LIMITS = { ndots: [0, 15], attempts: [1, 5], timeout: [1, 30] } as const;

/** Of this system. */
export function readQualification(): Qualification {
  try {
    return parseQualification(readFileSync("/etc/resolv.conf", "utf8"));
  } catch {
    return DEFAULTS;
  }
}

/** The last one of `search` and `domain` counts, and of each option (resolv.conf(5)). */
export function parseQualification(text: string): Qualification {
  const found = { ...DEFAULTS };
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/);
    if (keyword === "search") found.search = values;
    if (keyword === "domain") found.search = values.slice(0, 1);
    if (keyword !== "options") continue;
    for (const value of values) {
      const [, name, number] = /^(ndots|attempts|timeout):([0-9]{1,3})$/.exec(value) ?? [];
      if (name === undefined) continue;
      const option = name as keyof typeof LIMITS;
      const [least, most] = LIMITS[option];
      found[option] = Math.min(most, Math.max(least, Number(number)));
    }
  }
  return found;
}

/** The names that DNS is asked for, in turn, until one is there. */
export function qualified(name: string, { search, ndots }: Qualification): string[] {
  if (name.endsWith(".")) return [name.slice(0, -1)];
  const completed = search.map((domain) => `${name}.${domain.replace(/^\.|\.$/g, "")}`);
  const isShort = name.split(".").length - 1 < ndots;
  return isShort ? [...completed, name] : [name, ...completed];
}

import { readFileSync } from "node:fs";

/** How a name is completed before DNS is asked (resolv.conf(5)). */
export interface Qualification {
  readonly search: readonly string[];
  /** A name with fewer dots is completed first; one with more, as it stands first. */
  readonly ndots: number;
}

const DEFAULT_NDOTS = 1;

/** Of this system. */
export function readQualification(): Qualification {
  try {
    return parseQualification(readFileSync("/etc/resolv.conf", "utf8"));
  } catch {
    return { search: [], ndots: DEFAULT_NDOTS };
  }
}

/** The last one of `search` and `domain` counts (resolv.conf(5)). */
export function parseQualification(text: string): Qualification {
  let search: readonly string[] = [];
  let ndots = DEFAULT_NDOTS;
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/);
    if (keyword === "search") search = values;
    if (keyword === "domain") search = values.slice(0, 1);
    if (keyword !== "options") continue;
    const told = values.map((value) => /^ndots:([0-9]{1,2})$/.exec(value)?.[1]).find(Boolean);
    if (told !== undefined) ndots = Number(told);
  }
  return { search, ndots };
}

/** The names that DNS is asked for, in turn, until one is there. */
export function qualified(name: string, { search, ndots }: Qualification): string[] {
  if (name.endsWith(".")) return [name.slice(0, -1)];
  const completed = search.map((domain) => `${name}.${domain.replace(/^\.|\.$/g, "")}`);
  const isShort = name.split(".").length - 1 < ndots;
  return isShort ? [...completed, name] : [name, ...completed];
}

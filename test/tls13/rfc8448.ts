import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The five traces of RFC 8448: every value by its name, as the RFC has it. */

export interface Trace {
  readonly name: string;
  readonly has: (name: string) => boolean;
  readonly value: (name: string) => Buffer;
}

interface File {
  traces: { section: number; name: string; values: Record<string, string> }[];
}

const folder = process.env["BEARHUG_VECTORS"] ?? join(import.meta.dirname, "../../../shared/data");
const file = join(folder, "rfc8448.json");

/** Why there are none; null if there are. */
export const missing = existsSync(file) ? null : `${file} is missing (BEARHUG_VECTORS)`;

export function traces(): Trace[] {
  if (missing !== null) return [];
  const { traces } = JSON.parse(readFileSync(file, "utf8")) as File;
  return traces.map(({ section, name, values }) => ({
    name: `section ${section}, ${name}`,
    has: (key) => values[key] !== undefined,
    value: (key) => {
      const value = values[key];
      if (value === undefined) throw new Error(`section ${section} has no ${key}`);
      return Buffer.from(value, "hex");
    },
  }));
}

import { hasVectors, readVectors } from "../support/vectors.js";

/** The five traces of RFC 8448: every value by its name, as the RFC has it. */

export interface Trace {
  readonly name: string;
  readonly has: (name: string) => boolean;
  readonly value: (name: string) => Buffer;
}

interface File {
  traces: { section: number; name: string; values: Record<string, string> }[];
}

export function traces(): Trace[] {
  if (!hasVectors("rfc8448.json")) return [];
  const { traces } = readVectors("rfc8448.json") as File;
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

import type { TestContext } from "vitest";

/** What a section of a text promises, sentence by sentence. */
export interface Section {
  /** The text that it is from. */
  readonly text: string;
  readonly section: string;
  readonly rows: readonly Row[];
}

/** A sentence in our own words, and what proves it. */
export type Row = readonly [statement: string, proof: Proof];

export type Proof = Test | Elsewhere;

/** An end-to-end test that does nothing else than to prove this sentence. */
export type Test = (context: TestContext) => Promise<void>;

/** A test with a story of its own: its file in test/, and its title in full. */
export interface Elsewhere {
  readonly file: string;
  readonly title: string;
}

/** A test in test/commands. */
export function command(name: string, title: string): Elsewhere {
  return { file: `commands/${name}.test.ts`, title };
}

/** A test in test/client. */
export function client(name: string, title: string): Elsewhere {
  return { file: `client/${name}.test.ts`, title };
}

/** A planted fault: a small realistic mistake, and the tests that must notice it. */
export interface Fault {
  readonly name: string;
  /** Which sources: it is found wherever in there it has moved to. */
  readonly in: "src" | "wasm";
  /** Text that is there exactly once, and what takes its place. */
  readonly find: string;
  readonly plant: string;
  /** The files of which at least one must fail. */
  readonly noticedBy: readonly string[];
}

/** What tests need that a machine may lack. */

declare module "vitest" {
  interface TaskMeta {
    /** What this test, or all tests of this suite, are skipped for want of. */
    lacks?: string;
  }
}

/**
 * Options of a test, or of a suite, that is skipped where something is missing. How many are, and
 * for want of what, is told at the end of a run; with CI in the environment the run fails then.
 */
export function needs(what: string, isThere: boolean): { skip: boolean; meta: { lacks: string } } {
  return { skip: !isThere, meta: { lacks: what } };
}

/** The folder beside the repository, or the one that BEARHUG_VECTORS names. */
export const VECTORS = "test vectors";

/** For what searches the memory of whole processes, which takes an emulator minutes. */
export const NEEDS_PROCESSOR = needs(
  "a processor: this is an emulator",
  !("EMULATED" in process.env),
);

/** For what only root can do. */
export const NEEDS_ROOT = needs("root", process.getuid?.() === 0);

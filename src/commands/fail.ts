import { complain } from "../cli/diagnostics.ts";
import { describe, exitCodeOf } from "../connection/exit-codes.ts";

/** Says what went wrong and ends the process with the code for it. */
export function fail(program: string, error: unknown): never {
  complain(program, "fatal", describe(error));
  process.exit(exitCodeOf(error));
}

import { complain, type Format } from "../cli/diagnostics.ts";
import { describe, exitCodeOf } from "../connection/exit-codes.ts";

/** Says what went wrong and ends the process with the code for it. */
export function fail(program: string, error: unknown, format: Format = "text"): never {
  complain(program, "fatal", describe(error), format);
  process.exit(exitCodeOf(error));
}

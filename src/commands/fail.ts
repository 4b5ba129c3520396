import { complain, reasonOf } from "../cli/diagnostics.ts";
import { exitCodeOf } from "../connection/failures.ts";

/** Says what went wrong and ends the process with the code for it. */
export function fail(program: string, error: unknown): never {
  complain(program, "fatal", reasonOf(error));
  process.exit(exitCodeOf(error));
}

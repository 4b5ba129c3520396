import { complain, Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { EnvironmentError } from "../credentials/errors.ts";

/** Says what went wrong and ends the process with the code for it. */
export function fail(program: string, error: unknown): never {
  complain(program, "fatal", reasonOf(error));
  process.exit(exitCodeOf(error));
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Fatal) return error.exitCode;
  if (error instanceof EnvironmentError) return ExitCode.usage;
  return ExitCode.system;
}

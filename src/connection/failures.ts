import { Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { UsageError } from "../cli/options.ts";
import { EnvironmentError } from "../setup/environment.ts";
import { StreamFailure } from "./stream-failure.ts";

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Fatal) return error.exitCode;
  if (error instanceof EnvironmentError || error instanceof UsageError) return ExitCode.usage;
  return ExitCode.system;
}

/** prog could not be started. */
export function cannotRun([file]: readonly string[], error: NodeJS.ErrnoException): Fatal {
  const code = error.code === "ENOENT" ? ExitCode.notFound : ExitCode.notExecutable;
  return new Fatal(code, `unable to run ${file}: ${reasonOf(error)}`);
}

/** What we put around it is for the command line; what others did belongs to their error. */
export function causeOf(failure: Error): Error {
  const isOurs = failure instanceof Fatal || failure instanceof StreamFailure;
  return isOurs && failure.cause instanceof Error ? causeOf(failure.cause) : failure;
}

import { complain, Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { type CommandLine, parse, UsageError, usage } from "../cli/options.ts";
import { MissingVariable } from "../credentials/errors.ts";
import { closeInspector } from "../program/signals.ts";

export interface Command<Settings extends object> {
  readonly program: string;
  readonly line: CommandLine<Settings>;
  readonly defaults: Readonly<Settings>;
  readonly main: (settings: Settings, operands: readonly string[]) => void;
}

/** Parses the command line and runs the program; an error becomes a line and an exit code. */
export function run<Settings extends object>(command: Command<Settings>): void {
  const { program, line, defaults, main } = command;
  setTimeout(closeInspector, 50).unref();
  try {
    const settings = { ...defaults };
    main(settings, parse(line, process.argv.slice(2), settings));
  } catch (error) {
    if (error instanceof UsageError) {
      complain(program, "usage", `${usage(program, line)} (${error.message})`);
      process.exit(ExitCode.usage);
    }
    complain(program, "fatal", reasonOf(error));
    process.exit(exitCodeOf(error));
  }
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Fatal) return error.exitCode;
  if (error instanceof MissingVariable) return ExitCode.usage;
  return ExitCode.system;
}

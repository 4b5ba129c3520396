import { writeSync } from "node:fs";
import { complain, type Format } from "../cli/diagnostics.ts";
import { answer, Question } from "../cli/help.ts";
import { type CommandLine, parse, UsageError } from "../cli/options.ts";
import { ExitCode } from "../connection/exit-codes.ts";
import { makeEnvironmentPlain } from "../program/environment.ts";
import { requireRuntime } from "../program/runtime.ts";
import { closeInspector } from "../program/signals.ts";
import { own } from "../sandbox/own.ts";
import { fail } from "./fail.ts";

export interface Command<Settings extends object> {
  readonly program: string;
  readonly line: CommandLine<Settings>;
  readonly defaults: Readonly<Settings>;
  /** What comes after the name of the program; the words that select this command are left out. */
  readonly args?: readonly string[];
  readonly main: (settings: Settings, operands: readonly string[]) => void;
}

/** Parses the command line and runs the program; an error becomes a line and an exit code. */
export function run<Settings extends object>(command: Command<Settings>): void {
  const { program, line, defaults, main, args = process.argv.slice(2) } = command;
  setTimeout(closeInspector, 50).unref();
  makeEnvironmentPlain();
  // An error that was not foreseen is a line and an exit code, too.
  process.on("uncaughtException", (error) => fail(program, error, formatOf(settings)));
  const settings = own(defaults);
  try {
    const operands = parse(line, args, settings);
    requireRuntime(program);
    main(settings, operands);
  } catch (error) {
    if (error instanceof Question) tellAbout(error, command);
    if (error instanceof UsageError) {
      complain(program, "usage", `${error.message}; see ${program} --help`, formatOf(settings));
      process.exit(ExitCode.usage);
    }
    fail(program, error, formatOf(settings));
  }
}

/** Only servers have a choice. */
function formatOf(settings: { readonly logFormat?: Format }): Format {
  return settings.logFormat ?? "text";
}

function tellAbout<Settings extends object>(
  question: Question,
  { program, line }: Command<Settings>,
): never {
  try {
    writeSync(1, answer(question, program, line));
  } catch (error) {
    fail(program, error);
  }
  process.exit(ExitCode.success);
}

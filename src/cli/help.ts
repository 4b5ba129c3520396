import type { CommandLine, Option, OptionGroup } from "./options.ts";
import { never, usage } from "./options.ts";

/** The command line asks about the program, instead of running it. */
export class Question extends Error {
  constructor(readonly subject: "help" | "version") {
    super(subject);
  }
}

export const questions: OptionGroup<object> = [
  {
    long: "help",
    about: "Print the usage and these options on standard output, and exit.",
    apply: () => {
      throw new Question("help");
    },
    spell: never,
  },
  {
    long: "version",
    about: "Print the version on standard output, and exit.",
    apply: () => {
      throw new Question("version");
    },
    spell: never,
  },
];

export function answer<Settings>(
  { subject }: Question,
  program: string,
  line: CommandLine<Settings>,
): string {
  return subject === "version" ? `${program} (bearhug) ${version()}\n` : help(program, line);
}

/** The usage line, and a line for each option. */
function help<Settings>(program: string, line: CommandLine<Settings>): string {
  const options = line.groups.flat();
  const width = Math.max(...options.map((option) => spelled(option).length));
  const lines = options.map((option) => `  ${spelled(option).padEnd(width)}  ${option.about}`);
  return [`usage: ${usage(program, line)}`, "", ...lines, ""].join("\n");
}

/** Written by make: what this is, its version, and a digest. */
declare const BEARHUG_STAMP: string;

function version(): string {
  return BEARHUG_STAMP.split(" ")[1] as string;
}

function spelled<Settings>({ short, long, value }: Option<Settings>): string {
  const names = short === undefined ? `    --${long}` : `-${short}, --${long}`;
  return value === undefined ? names : `${names} ${value}`;
}

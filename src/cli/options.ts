/** How options are read and spelt. Their rows are in tls-options.ts and its neighbours; CONTRIBUTING.md has a recipe. */
import { parseArgs } from "node:util";

/** The command line is wrong. The message says what, without the usage line. */
export class UsageError extends Error {}

/** One option: how it is written, and what it does to the settings. */
export interface Option<Settings> {
  readonly short?: string;
  readonly long: string;
  /** The name of its value in the usage line; an option without one is a flag. */
  readonly value?: string;
  /** A flag to which a digit may be attached (`-v2`), which is then its value. */
  readonly levels?: true;
  /** One sentence for the manual. */
  readonly about: string;
  /** @throws {UsageError} if the value can't be used */
  readonly apply: (settings: Settings, value: string) => void;
  /**
   * The way back, for another program of ours that gets the same settings: the value to be given,
   * anything for a flag; several for an option that may be given as often; null: this option is not
   * what says it.
   */
  readonly spell: (settings: Settings) => string | readonly string[] | null;
}

/** Options that exclude each other stand in one group: the last one on the command line wins. */
export type OptionGroup<Settings> = readonly Option<Settings>[];

export interface CommandLine<Settings> {
  readonly groups: readonly OptionGroup<Settings>[];
  /** How the operands look in the usage line. */
  readonly operands: string;
}

/**
 * Parses as POSIX getopt does: clusters, attached or separate values, up to the first operand or
 * `--`.
 *
 * @param settings receives what the options say
 * @returns the operands
 * @throws {UsageError} for an unknown option, or a value that is missing or can't be used
 */
export function parse<Settings extends object>(
  line: CommandLine<Settings>,
  args: readonly string[],
  settings: Settings,
): readonly string[] {
  const [first = ""] = args;
  // Without options there is no need of parseArgs, which Node loads when it is first called.
  if (!first.startsWith("-") || first === "-") return args;
  if (first === "--") return args.slice(1);
  const options = rowsOf(line);
  const byName = new Map(options.map((option) => [option.long, option]));
  const withLevels = options.flatMap(({ levels, long }) => (levels ? [long] : []));
  const { tokens } = parseArgs({
    args: [...args],
    options: nodeOptions(line),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const mistakes = new Mistakes();
  for (const [at, token] of tokens.entries()) {
    if (levelAt(withLevels, tokens, at) !== null) continue;
    if (token.kind !== "option") {
      mistakes.throwFirst();
      return args.slice(token.kind === "positional" ? token.index : token.index + 1);
    }
    const option = byName.get(token.name);
    const level = levelAt(withLevels, tokens, at + 1);
    mistakes.in(() => {
      if (option === undefined) throw new UsageError(`unknown option ${token.rawName}`);
      applyOne(option, level === null ? token : { ...token, value: level }, settings);
    });
  }
  mistakes.throwFirst();
  return [];
}

/** The first one is told when all options are read: one of them says how to tell it. */
class Mistakes {
  private first: UsageError | null = null;

  in(action: () => void): void {
    try {
      action();
    } catch (error) {
      // A question behind a mistake is not answered.
      if (!(error instanceof UsageError)) throw this.first ?? error;
      this.first ??= error;
    }
  }

  throwFirst(): void {
    if (this.first !== null) throw this.first;
  }
}

/** A command line that says the same: `parse` makes these settings of it. */
export function spellOut<Settings>(line: CommandLine<Settings>, settings: Settings): string[] {
  return rowsOf(line).flatMap((option) => {
    const spelt = option.spell(settings) ?? [];
    const values = typeof spelt === "string" ? [spelt] : spelt;
    return values.map((value) => spellOne(option, value));
  });
}

function spellOne<Settings>({ short, long, levels, value: name }: Option<Settings>, value: string) {
  if (levels) return `-${short}${value}`;
  return name === undefined ? `--${long}` : `--${long}=${value}`;
}

/** Of an option that another one says as well, or that is no setting. */
export function never(): null {
  return null;
}

/** Of a flag. */
export function flag(isGiven: boolean): string | null {
  return isGiven ? "" : null;
}

/** Of an option with a value; null: not given. */
export function text(value: string | number | null): string | null {
  return value === null ? null : `${value}`;
}

/** The usage line, in skarnet's form, with the program's name. */
export function usage<Settings>(program: string, line: CommandLine<Settings>): string {
  const groups = line.groups.map((group) => `[ ${group.map(shortest).join(" | ")} ]`);
  return [program, ...groups, "[ -- ]", line.operands].join(" ");
}

/** @throws {UsageError} unless the text is an unsigned 32-bit integer in decimal */
export function unsigned(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value > 0xffffffff) {
    throw new UsageError(`not an unsigned integer: ${text}`);
  }
  return value;
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

/** The digit at that place, if it is attached to a flag that takes one; null otherwise. */
function levelAt(
  withLevels: readonly string[],
  tokens: readonly Token[],
  at: number,
): string | null {
  const [flag, digit] = [tokens[at - 1], tokens[at]];
  if (flag?.kind !== "option" || digit?.kind !== "option") return null;
  const isAttached = flag.index === digit.index && withLevels.includes(flag.name);
  return isAttached && /^-[0-9]$/.test(digit.rawName) ? digit.rawName.slice(1) : null;
}

/** What a row leaves out, no prototype puts in. */
function rowsOf<Settings>(line: CommandLine<Settings>): readonly Option<Settings>[] {
  return line.groups
    .flat()
    .map((row) => Object.assign(Object.create(null), row) as Option<Settings>);
}

function nodeOptions<Settings>(line: CommandLine<Settings>) {
  return Object.fromEntries(
    rowsOf(line).map(({ long, short, value }) => {
      const type = value === undefined ? ("boolean" as const) : ("string" as const);
      return [long, short === undefined ? { type } : { type, short }];
    }),
  );
}

function applyOne<Settings>(
  option: Option<Settings>,
  token: { readonly rawName: string; readonly value?: string | undefined },
  settings: Settings,
): void {
  const { rawName, value } = token;
  if (option.value === undefined && value !== undefined && !option.levels) {
    throw new UsageError(`${rawName} takes no value`);
  }
  if (option.value !== undefined && value === undefined) {
    throw new UsageError(`${rawName} needs a value: ${option.value}`);
  }
  try {
    option.apply(settings, value ?? "");
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${rawName}: ${error.message}`);
    throw error;
  }
}

function shortest<Settings>({ short, long, value }: Option<Settings>): string {
  const name = short === undefined ? `--${long}` : `-${short}`;
  return value === undefined ? name : `${name} ${value}`;
}

/** Rows of tables of options that only set one of the settings. A letter that is empty is none. */
import { flag, type Option, text } from "./options.ts";

type Names = readonly [short: string, long: string];

/** A flag that gives one of the settings a value. */
export type Switch<Settings> = <Name extends keyof Settings>(
  names: Names,
  about: string,
  set: readonly [Name, Settings[Name]],
) => Option<Settings>;

/** An option whose value is one of the settings, as `read` reads it. */
export type Reading<Settings> = <Name extends keyof Settings>(
  names: Names,
  what: readonly [value: string, about: string],
  set: readonly [Name, read: (text: string) => Settings[Name] & (string | number)],
) => Option<Settings>;

/** For a table: rows that are flags. */
export function switchesOf<Settings>(): Switch<Settings> {
  return (names, about, [name, value]) => ({
    ...named(names),
    about,
    apply: (settings) => {
      settings[name] = value;
    },
    spell: (settings) => flag(settings[name] === value),
  });
}

/** For a table: rows with a value. */
export function readingsOf<Settings>(): Reading<Settings> {
  return (names, [value, about], [name, read]) => ({
    ...named(names),
    value,
    about,
    apply: (settings, value) => {
      settings[name] = read(value);
    },
    spell: (settings) => text(settings[name] as string | number | null),
  });
}

/** Reads a value that is taken as it stands. */
export function asGiven(value: string): string {
  return value;
}

function named([short, long]: Names): { readonly short?: string; readonly long: string } {
  return { ...(short !== "" && { short }), long };
}

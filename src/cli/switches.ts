import { flag, type Option, type OptionGroup, text } from "./options.ts";

/** A flag that gives one of the settings a value. */
export type Switch<Settings> = <Name extends keyof Settings>(
  names: readonly [short: string, long: string],
  about: string,
  set: readonly [Name, Settings[Name]],
) => Option<Settings>;

/** For a table: rows that are flags. A letter that is empty is none. */
export function switchesOf<Settings>(): Switch<Settings> {
  return ([short, long], about, [name, value]) => ({
    ...(short !== "" && { short }),
    long,
    about,
    apply: (settings) => {
      settings[name] = value;
    },
    spell: (settings) => flag(settings[name] === value),
  });
}

/** Of a server and of a client alike. */
export const localName: OptionGroup<{ localName: string | null }> = [
  {
    short: "l",
    long: "local-name",
    value: "localname",
    about: "TCPLOCALHOST is this, and is not looked up.",
    apply: (settings, value) => {
      settings.localName = value;
    },
    spell: ({ localName }) => text(localName),
  },
];

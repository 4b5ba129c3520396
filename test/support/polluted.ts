import { repository } from "./repository.ts";

/** Ours: the sources, and what is built of them. */
const OURS = new RegExp(`${repository}/(src|dist)/`);

/**
 * Puts properties of these names on Object.prototype for the time of an action, each with a value that
 * would do something, and says which were read from there by a line of ours.
 */
export async function readFromPrototype(
  values: Readonly<Record<string, unknown>>,
  action: () => Promise<void> | void,
): Promise<string[]> {
  const read = new Set<string>();
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      enumerable: false,
      get() {
        // The first line says "Error", the second is here, the third is the reader.
        const reader = new Error().stack?.split("\n")[2] ?? "";
        // What Node reads of its own objects is not ours to mend.
        if (!OURS.test(reader)) return undefined;
        read.add(`${name} (${reader.trim()})`);
        return value;
      },
      set(given: unknown) {
        Object.defineProperty(this, name, {
          value: given,
          configurable: true,
          enumerable: true,
          writable: true,
        });
      },
    });
  }
  try {
    await action();
  } finally {
    for (const name of Object.keys(values)) Reflect.deleteProperty(Object.prototype, name);
  }
  return [...read];
}

import { statSync } from "node:fs";
import { CredentialsError } from "../credentials/errors.ts";

/**
 * Each worker reads all files by itself, and so does each that replaces one: a pipe would give them
 * to the first one alone, and a pipe without a writer would stop what is open.
 *
 * @param files paths by the names of the variables that name them
 * @throws {CredentialsError} for what can be read only once, or only by the process that has it open
 */
export function requireReadableAgain(files: ReadonlyMap<string, string>): void {
  for (const [name, path] of files) {
    const what = whyOnce(path);
    if (what === null) continue;
    throw new CredentialsError(
      `unable to read ${name} from ${path}: it is ${what}, and each worker reads its files by itself; name a file`,
    );
  }
}

function whyOnce(path: string): string | null {
  // The numbers are those of our parent, and here are others behind them.
  if (/^\/(dev\/(fd\/|stdin$)|proc\/(self|thread-self)\/fd\/)/.test(path)) {
    return "a descriptor of the process that started it";
  }
  try {
    return statSync(path).isFIFO() ? "a pipe" : null;
  } catch {
    // Reading it fails next, and that message has the reason.
    return null;
  }
}

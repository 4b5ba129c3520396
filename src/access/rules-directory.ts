import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type AccessRules, RulesError, type Verdict } from "./rule.ts";

/** AccessRules in a directory, as s6-accessrules-cdb-from-fs reads it: a subdirectory for each. */
export class RulesDirectory implements AccessRules {
  constructor(private readonly path: string) {}

  find(name: string): Verdict | null {
    const rule = join(this.path, name);
    if (exists(join(rule, "allow"))) {
      return {
        access: "allow",
        environment: environmentOf(join(rule, "env")),
        exec: readIfThere(join(rule, "exec")),
      };
    }
    return exists(join(rule, "deny")) ? { access: "deny" } : null;
  }
}

function exists(path: string): boolean {
  return unlessMissing(path, () => statSync(path)) !== null;
}

function readIfThere(path: string): string | null {
  return unlessMissing(path, () => readFileSync(path, "utf8"));
}

/** As s6-envdir reads it: a file a variable. */
function environmentOf(directory: string): Map<string, string | null> {
  const names = unlessMissing(directory, () => readdirSync(directory)) ?? [];
  const changes = new Map<string, string | null>();
  for (const name of names.filter((one) => !one.startsWith(".") && !one.includes("=")).sort()) {
    const content = readIfThere(join(directory, name));
    if (content !== null) changes.set(name, firstLine(content));
  }
  return changes;
}

/** The first line, without blanks at its end; a NUL is a newline; an empty file removes. */
function firstLine(content: string): string | null {
  if (content === "") return null;
  const [line = ""] = content.split("\n", 1);
  return line.replace(/[ \t]+$/, "").replaceAll("\0", "\n");
}

/** @throws {RulesError} for any other reason than that it isn't there */
function unlessMissing<T>(path: string, action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new RulesError(`unable to read ${path}: ${message}`);
  }
}

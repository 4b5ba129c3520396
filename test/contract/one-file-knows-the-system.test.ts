/** What only some systems have is asked for in one file, so that a port is one file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "../../src");
const PLATFORM = "io/platform.ts";

/** Words of code, not of comments, that name a system, or a thing that not all have. */
const NAMES =
  /\/proc\b|\/dev\/|"setpriv"|"systemd-|mkfifo|busybox|execve|\bwin32\b|\bdarwin\b|\bfreebsd\b|\.platform\b/;

function withoutComments(text: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  const words: string[] = [];
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) words.push(scanner.getTokenText());
  return words.join(" ");
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);

function namesSystem(file: string): boolean {
  return NAMES.test(withoutComments(readFileSync(join(SRC, file), "utf8")));
}

test("no other file names a system, /proc, a device, or a program of the system's", () => {
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter(namesSystem)).toEqual([PLATFORM]);
});

test.each([
  'openSync("/dev/null", "r")',
  'readdirSync("/proc/self/fd")',
  'process.platform === "win32"',
])("the check would catch %s", (code) => {
  expect(withoutComments(code)).toMatch(NAMES);
});

test("comments may name what they like", () => {
  expect(withoutComments("/** As /dev/null. */ const a = 1; // /proc")).not.toMatch(NAMES);
});

import { writeSync } from "node:fs";
import { getSystemErrorMap } from "node:util";

/** The system refused something that we need. */
export class SystemFailure extends Error {
  /** @param what such as `unable to listen`; the cause's reason follows */
  constructor(what: string, cause: unknown) {
    super(`${what}: ${reasonOf(cause)}`, { cause });
  }
}

/** How lines look: skarnet's way, or an object a line. */
export type Format = "text" | "json";

/** One line on standard error: `s6-tlsd: fatal: unable to …`. */
export function complain(program: string, kind: Kind, text: string, format: Format = "text"): void {
  const line = format === "json" ? jsonLineOf(program, kind, text) : lineOf(program, kind, text);
  try {
    writeSync(2, line);
  } catch {
    // Standard error is closed, or its disk is full; the exit code still tells.
  }
}

/** What a line is about; `fatal` is for a process that ends. */
export type Kind = "fatal" | "error" | "warning" | "info" | "usage";

/** That line, with its line break. */
export function lineOf(program: string, kind: Kind, text: string): string {
  return `${program}: ${kind}: ${inOneLine(text)}\n`;
}

/** The same as JSON; docs/log.schema.json says what may be in it. */
export function jsonLineOf(program: string, level: Kind, message: string, details: object = {}) {
  const time = new Date().toISOString();
  return `${JSON.stringify({ time, program, level, message, ...details })}\n`;
}

/**
 * A message may hold what a peer said. As it is, that could begin a new line, or control the
 * terminal on which the log is read; line breaks of our own are blanks.
 */
function inOneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ").replaceAll(/[\p{Cc}\u2028\u2029]/gu, (control) => {
    const code = control.codePointAt(0) as number;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}

/** The number of a system error as Node's errors have it, for a name such as `ECONNRESET`. */
export function errnoOf(code: string): number | undefined {
  for (const [errno, [name]] of getSystemErrorMap()) if (name === code) return errno;
  return undefined;
}

/** What the C library's strerror would say of a system error, or the error's own message. */
export function reasonOf(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  // Node's own are negative, but for those of setuid(2) and its like.
  const text = errno === undefined ? undefined : getSystemErrorMap().get(-Math.abs(errno))?.[1];
  if (text === undefined) return message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

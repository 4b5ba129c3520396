import { mkdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { complain, reasonOf, SystemFailure } from "../../src/cli/diagnostics.ts";
import { scratchFile } from "../support/scratch.ts";

/** What our programs say on standard error. */

const written: [number, string][] = [];
let failure: Error | null = null;

vi.mock("node:fs", async (importOriginal) => ({
  ...(await importOriginal<typeof import("node:fs")>()),
  writeSync: (fd: number, text: string) => {
    if (failure !== null) throw failure;
    written.push([fd, text]);
  },
}));

beforeEach(() => {
  written.length = 0;
  failure = null;
});

describe("a complaint", () => {
  test("is one line on standard error: the program, the kind, the text", () => {
    complain("s6-tlsd", "fatal", "unable to do it: Permission denied");
    expect(written).toEqual([[2, "s6-tlsd: fatal: unable to do it: Permission denied\n"]]);
  });

  test("stays one line, even if a file's name has line ends in it", () => {
    complain("s6-tlsd", "fatal", "unable to read a\nb\r\nc\rd");
    expect(written).toEqual([[2, "s6-tlsd: fatal: unable to read a b c d\n"]]);
  });

  test("tells no terminal what to do, and begins no line for readers of other line ends", () => {
    complain("s6-tlsd", "fatal", "server name \u001b[2J\u0007\u0000 \u0085\u009b\u2028 é");
    const text = "server name \\x1b[2J\\x07\\x00 \\x85\\x9b\\u2028 é";
    expect(written).toEqual([[2, `s6-tlsd: fatal: ${text}\n`]]);
  });

  test("that can't be read is no failure of its own", () => {
    failure = new Error("write EPIPE");
    expect(() => complain("s6-tlsd", "fatal", "anything")).not.toThrow();
    expect(written).toEqual([]);
  });
});

describe("the reason of an error", () => {
  test.each([
    ["a file that isn't there", () => readFileSync(scratchFile("x")), "No such file or directory"],
    [
      "a folder that is none",
      () => readFileSync(`${scratchFile("file", "")}/x`),
      "Not a directory",
    ],
    [
      "a name that is taken",
      () => {
        const taken = scratchFile("taken", "");
        mkdirSync(taken);
      },
      "File already exists",
    ],
  ])("of the system is the system's, without Node's: %s", (_what, action, reason) => {
    expect(reasonOf(caught(action))).toBe(reason);
  });

  test("of ours is its message", () => {
    expect(reasonOf(new Error("the file is empty"))).toBe("the file is empty");
    const failure = new SystemFailure(
      "unable to listen",
      caught(() => readFileSync("/nowhere")),
    );
    expect(reasonOf(failure)).toBe("unable to listen: No such file or directory");
  });

  test("is the system's, too, of setuid(2) and its like, whose numbers are positive", () => {
    const error = Object.assign(new Error("setuid EPERM"), { errno: constants.errno.EPERM });
    expect(reasonOf(error)).toBe("Operation not permitted");
  });

  test("with a number that the system doesn't know is its message", () => {
    expect(reasonOf(Object.assign(new Error("odd"), { errno: -99999 }))).toBe("odd");
  });

  function caught(action: () => unknown): unknown {
    try {
      action();
    } catch (error) {
      return error;
    }
    throw new Error("there was no error");
  }
});

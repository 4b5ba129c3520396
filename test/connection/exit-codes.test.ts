import { describe, expect, test } from "vitest";
import { SystemFailure } from "../../src/cli/diagnostics.ts";
import { UsageError } from "../../src/cli/options.ts";
import {
  describe as describeError,
  ExitCode,
  exitCodeOf,
  ReportedFailure,
} from "../../src/connection/exit-codes.ts";
import { StreamFailure } from "../../src/connection/stream-failure.ts";
import { HandshakeTimeout, IdleTimeout } from "../../src/connection/time-outs.ts";
import { CredentialsError } from "../../src/credentials/errors.ts";
import { CannotRun } from "../../src/program/program.ts";
import { EngineError } from "../../src/sandbox/errors.ts";
import { SandboxTrap, UseAfterWipe } from "../../src/sandbox/instance.ts";
import { EnvironmentError } from "../../src/setup/environment.ts";
import { Unavailable } from "../../src/setup/modules.ts";
import { ImpossibleClose, StandstillError, TruncationError } from "../../src/tunnel/failures.ts";

/** Which error ends a program with which code, and with which words. */

test("the codes are skarnet's, and the shell's for a program that won't run", () => {
  expect(ExitCode).toEqual({
    success: 0,
    credentials: 96,
    engine: 97,
    tls: 98,
    usage: 100,
    system: 111,
    notExecutable: 126,
    notFound: 127,
  });
});

function systemError(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

const CASES: readonly (readonly [Error, number, string])[] = [
  [new UsageError("prog is missing"), 100, "prog is missing"],
  [EnvironmentError.missing("KEYFILE"), 100, "environment variable KEYFILE is not set"],
  [new CredentialsError("no key"), 96, "no key"],
  [new Unavailable("unable to load"), 97, "unable to load"],
  [new EngineError(7), 98, "TLS error: record with a wrong MAC or padding"],
  [new SandboxTrap("unreachable"), 98, "TLS error: the sandbox trapped: unreachable"],
  [new UseAfterWipe("wiped"), 98, "TLS error: wiped"],
  [new TruncationError("EOF"), 98, "TLS error: EOF"],
  [new StandstillError("stands still"), 98, "TLS error: stands still"],
  [new ImpossibleClose("by itself"), 98, "TLS error: by itself"],
  [new HandshakeTimeout(20, false), 98, "TLS error: handshake not done within 20 milliseconds"],
  [new IdleTimeout("idle"), 98, "idle"],
  [new CannotRun(["x"], systemError("ENOENT", "spawn")), 127, "unable to run x: spawn ENOENT"],
  [new CannotRun(["x"], systemError("EACCES", "spawn")), 126, "unable to run x: spawn EACCES"],
  [
    new StreamFailure("prog", systemError("EIO", "read")),
    111,
    "unable to read from prog: read EIO",
  ],
  [new SystemFailure("unable to listen", new Error("taken")), 111, "unable to listen: taken"],
  [new ReportedFailure("a worker's words", 96), 96, "a worker's words"],
];

describe("an error", () => {
  test.each(
    CASES.map(([error, code, words]) => ({ error, code, words, type: error.constructor.name })),
  )("of the class $type is $code: $words", ({ error, code, words }) => {
    expect(exitCodeOf(error)).toBe(code);
    expect(describeError(error)).toBe(words);
  });

  test.each([new TypeError("a defect"), new RangeError("a defect"), new Error("a defect")])(
    "that is a defect of ours is no TLS error, and no trap: %s",
    (error) => {
      expect(exitCodeOf(error)).toBe(111);
      expect(describeError(error)).toBe("a defect");
    },
  );
});

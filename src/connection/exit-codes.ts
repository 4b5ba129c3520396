import { reasonOf } from "../cli/diagnostics.ts";
import { UsageError } from "../cli/options.ts";
import { CredentialsError } from "../credentials/errors.ts";
import { CannotRun } from "../program/program.ts";
import { EngineError } from "../sandbox/errors.ts";
import { SandboxTrap, UseAfterWipe } from "../sandbox/instance.ts";
import { EnvironmentError } from "../setup/environment.ts";
import { Unavailable } from "../setup/modules.ts";
import { ImpossibleClose, StandstillError, TruncationError } from "../tunnel/failures.ts";
import { HandshakeTimeout, IdleTimeout } from "./time-outs.ts";

/** The contract with our callers: skarnet's codes, and the shell's for a program that won't run. */
export const ExitCode = {
  success: 0,
  credentials: 96,
  engine: 97,
  tls: 98,
  usage: 100,
  system: 111,
  notExecutable: 126,
  notFound: 127,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What another process of ours failed of: its words, and the code for them. */
export class ReportedFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

type Class = new (...args: never[]) => Error;

/** Which error ends a process with which code, and what stands before its message. */
const ENDS: readonly (readonly [Class, ExitCode, prefix: string])[] = [
  [UsageError, ExitCode.usage, ""],
  [EnvironmentError, ExitCode.usage, ""],
  [CredentialsError, ExitCode.credentials, ""],
  [Unavailable, ExitCode.engine, ""],
  [EngineError, ExitCode.tls, "TLS error: "],
  [SandboxTrap, ExitCode.tls, "TLS error: "],
  [UseAfterWipe, ExitCode.tls, "TLS error: "],
  [TruncationError, ExitCode.tls, "TLS error: "],
  [StandstillError, ExitCode.tls, "TLS error: "],
  [ImpossibleClose, ExitCode.tls, "TLS error: "],
  [HandshakeTimeout, ExitCode.tls, "TLS error: "],
  [IdleTimeout, ExitCode.tls, ""],
];

/** The exit code that an error stands for: what is not in the table is the system's, or a defect. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ReportedFailure) return error.exitCode;
  if (error instanceof CannotRun) {
    return error.isMissing ? ExitCode.notFound : ExitCode.notExecutable;
  }
  return rowOf(error)?.[1] ?? ExitCode.system;
}

/** What there is to tell of an error. */
export function describe(error: unknown): string {
  return `${rowOf(error)?.[2] ?? ""}${reasonOf(error)}`;
}

function rowOf(error: unknown): (typeof ENDS)[number] | undefined {
  return ENDS.find(([type]) => error instanceof type);
}

import type { Fatal } from "../cli/diagnostics.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import { isOurs } from "../credentials/environment.ts";
import { inheritedDescriptors } from "../io/inheritance.ts";
import { type Ending, Program } from "../program/program.ts";
import { dieOf, passSignalsOn } from "../program/signals.ts";
import { cannotRun } from "../service/failures.ts";
import { programEnvironment, type Variables } from "../service/session-variables.ts";

/** A program of ours that wraps another one in TLS. */
export interface Service {
  /** Our own name, for messages. */
  readonly program: string;
  readonly settings: TlsSettings;
  /** prog and its arguments. */
  readonly command: readonly string[];
}

export interface Start {
  readonly variables: Variables;
  readonly stdin: number | "pipe";
  readonly stdout: number | "pipe";
  readonly descriptors?: readonly number[];
  readonly ended: (ending: Ending) => void;
  /** It could not be started after all. */
  readonly failed: (error: Fatal) => void;
}

/**
 * Starts prog in its environment.
 *
 * @throws {Fatal} 126 or 127 if it can't be run
 */
export function startProgram(service: Service, start: Start): Program {
  const { command } = service;
  try {
    const program = new Program({
      ...start,
      command,
      environment: environmentOf(service, start.variables),
      descriptors: start.descriptors ?? inheritedDescriptors(),
      failed: (error) => start.failed(cannotRun(command, error)),
    });
    passSignalsOn((signal) => program.kill(signal));
    return program;
  } catch (error) {
    throw cannotRun(command, error as Error);
  }
}

/** What prog finds in its environment. */
export function environmentOf({ settings }: Service, variables: Variables): NodeJS.ProcessEnv {
  const remove = (name: string) => !settings.keepEnvironment && isOurs(name);
  return programEnvironment(process.env, variables, remove);
}

/** Ends this process as prog ended. */
export function mirror({ code, signal }: Ending): void {
  if (signal === null) process.exit(code);
  dieOf(signal);
}

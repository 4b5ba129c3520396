import type { Socket } from "node:net";
import type { TunnelOptions } from "../cli/tls-options.ts";
import { programEnvironment, type Variables } from "../connection/session-variables.ts";
import { type Ending, Program, type ProgramSettings } from "../program/program.ts";
import { dieOf, passSignalsOn } from "../program/signals.ts";
import type { Engine } from "../sandbox/engine.ts";
import type { Keeper } from "../sandbox/keeper.ts";
import { isOurs, type TlsEnvironment } from "../setup/environment.ts";

/** The sandboxes of one connection; null: there is no key. */
export interface Sandboxes {
  readonly engine: Engine;
  readonly keeper: Keeper | null;
}

/** One connection and one prog, whenever TLS starts. */
export interface Wrapping {
  /** Our own name, for messages. */
  readonly program: string;
  readonly settings: TunnelOptions & { readonly keepEnvironment: boolean };
  /** prog and its arguments. */
  readonly command: readonly string[];
  /** What we were started with. */
  readonly environment: NodeJS.ProcessEnv;
  /** What that says about TLS. */
  readonly tls: TlsEnvironment;
  /** Reads the credentials, and gets an engine ready. */
  readonly prepare: () => Sandboxes;
  /** The program that is the tunnel alone, for when it needs a process of its own. */
  readonly tunnel: {
    readonly program: "s6-tlsd-io" | "s6-tlsc-io";
    readonly options: () => readonly string[];
  };
}

/** A program of ours that wraps another one in TLS from the start. */
export interface ProgService extends Wrapping {
  /** The network: descriptors, to read and to write, or a connection of our own. */
  readonly network: readonly [number, number] | Socket;
  /** The numbers under which prog finds the cleartext, to read and to write. */
  readonly cleartext: readonly [number, number];
  /** Descriptors above 2 that prog gets besides. Not given: those that are open, before pipes are made. */
  readonly inherited?: readonly number[];
}

export interface Start
  extends Pick<ProgramSettings, "numbers" | "cleartext" | "control" | "descriptors" | "ended"> {
  readonly variables: Variables;
  /** It could not be started after all. */
  readonly failed: (error: Error) => void;
}

/**
 * Starts prog in its environment.
 *
 * @throws {CannotRun}
 */
export function startProgram(wrapping: Wrapping, start: Start): Program {
  const { command } = wrapping;
  // Before it starts: a signal may come before Node tells us that it runs.
  let program: Program | null = null;
  passSignalsOn((signal) => program?.kill(signal));
  program = new Program({
    ...start,
    command,
    environment: environmentOf(wrapping, start.variables),
  });
  return program;
}

/** What prog finds in its environment. */
export function environmentOf(
  { settings, environment }: Wrapping,
  variables: Variables,
): NodeJS.ProcessEnv {
  const remove = (name: string) => !settings.keepEnvironment && isOurs(name);
  return programEnvironment(environment, variables, remove);
}

/** Ends this process as prog ended. */
export function mirror({ code, signal }: Ending): void {
  if (signal === null) process.exit(code);
  dieOf(signal);
}

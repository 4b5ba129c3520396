/** s6-tlsclient with a program behind it that talks to the server. */
import type { Authority } from "./certificates.ts";
import { type Ended, run, type Start } from "./processes.ts";
import { program } from "./service.ts";

export interface ClientCall {
  /** Whom it trusts; null: CAFILE is not set. */
  authority: Pick<Authority, "certFile"> | null;
  options?: readonly string[];
  host?: string;
  port: number | string;
  /** The program and its arguments; what it reads from 6 is on its output if it isn't given. */
  prog?: readonly string[];
  environment?: Record<string, string>;
  /** What runs it, as `unshare` does. */
  runner?: readonly string[];
}

/** Says nothing, and shows what comes. */
export const LISTEN = ["sh", "-c", "exec 7>&-; cat <&6"];

/** Says its standard input, half-closes, and shows what comes. */
export const ASK = ["sh", "-c", "cat >&7; exec 7>&-; cat <&6"];

export function runClient(call: ClientCall, settings: Start = {}): Promise<Ended> {
  return run(commandOf(call), { ...settings, environment: environmentOf(call) });
}

function commandOf(call: ClientCall): string[] {
  const { runner = [], options = [], host = "127.0.0.1", port, prog = LISTEN } = call;
  return [...runner, program("s6-tlsclient"), ...options, host, `${port}`, ...prog];
}

function environmentOf({ authority, environment }: ClientCall): Record<string, string> {
  return { ...(authority && { CAFILE: authority.certFile }), ...environment };
}

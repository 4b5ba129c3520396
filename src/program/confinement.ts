import { childProcesses, SETPRIV } from "../io/platform.ts";
import { find } from "./exec.ts";

/** What starts a program that never gains rights by a set-user-ID file, nor does what it runs. */
export interface Confinement {
  /** setpriv(1): its path. */
  readonly setpriv: string;
  /** What stands between it and the command. */
  readonly options: readonly string[];
}

const OPTIONS = ["--no-new-privs", "--"];

/**
 * What holds of a process, for the log.
 *
 * @param isConfined it gains no rights
 * @param hasModel it runs under Node's permission model
 */
export function whatHolds(isConfined: boolean, hasModel: boolean): string {
  const privileges = isConfined ? "with no_new_privs" : "without no_new_privs: no setpriv sets it";
  return `${privileges}, and ${hasModel ? "under" : "without"} Node's permission model`;
}

let found: Confinement | null | undefined;

/** Looked for once; null: there is no setpriv here that can do it. */
export function confiner(): Confinement | null {
  if (found === undefined) found = look();
  return found;
}

function look(): Confinement | null {
  const setpriv = find([SETPRIV], process.env);
  if (setpriv === null) return null;
  const { status } = childProcesses().spawnSync(setpriv, [...OPTIONS, "true"], { stdio: "ignore" });
  return status === 0 ? { setpriv, options: OPTIONS } : null;
}

import { Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { dropPrivileges, type Privileges } from "../program/privileges.ts";

/** @throws {Fatal} 111 unless we are root, or there is nothing to become */
export function becomeOwner(owner: Privileges): void {
  try {
    dropPrivileges(owner);
  } catch (error) {
    throw new Fatal(ExitCode.system, `unable to drop privileges: ${reasonOf(error)}`);
  }
}

import { SystemFailure } from "../cli/diagnostics.ts";

/** The user and groups to become; null: no change. */
export interface Privileges {
  readonly uid: number | null;
  readonly gid: number | null;
  /** Supplementary groups; none if not given. */
  readonly groups?: readonly number[] | null;
}

/**
 * Gives root's privileges up for good: supplementary groups, group and user, in this order. Root's
 * own supplementary groups are never kept by another user.
 *
 * @throws {SystemFailure} unless we are root, or there is nothing to become
 */
export function dropPrivileges({ uid, gid, groups }: Privileges): void {
  if (uid === null && gid === null && !groups) return;
  const { setgroups, setgid, setuid } = process;
  try {
    // Windows and some runtimes have none. A program that was to drop rights must not go on with them.
    if (setgroups === undefined || setgid === undefined || setuid === undefined) {
      throw new Error("this runtime can't change users");
    }
    setgroups([...(groups ?? [])]);
    if (gid !== null) setgid(gid);
    if (uid !== null) setuid(uid);
  } catch (error) {
    throw new SystemFailure("unable to drop privileges", error);
  }
}

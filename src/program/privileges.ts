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
  // A program that was to drop rights must not go on with them.
  if (setgroups === undefined || setgid === undefined || setuid === undefined) throw cantChange();
  try {
    setgroups([...(groups ?? [])]);
    if (gid !== null) setgid(gid);
    if (uid !== null) setuid(uid);
  } catch (error) {
    throw new SystemFailure("unable to drop privileges", error);
  }
}

/**
 * Before processes are started that are to change their users.
 *
 * @throws {SystemFailure} if this runtime can't do that
 */
export function requireChangeOfUsers(): void {
  if (process.setgroups === undefined || process.setuid === undefined) throw cantChange();
}

/** Windows and some runtimes have no calls for it. */
function cantChange(): SystemFailure {
  return new SystemFailure(
    "unable to drop privileges",
    new Error("this runtime can't change users"),
  );
}

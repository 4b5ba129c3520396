/** Whom to become; null: whoever we are. */
export interface Privileges {
  readonly uid: number | null;
  readonly gid: number | null;
  /** Supplementary groups; none if not given. */
  readonly groups?: readonly number[] | null;
}

/**
 * Gives root's privileges up for good: supplementary groups, group and user, in this order. Root's
 * own supplementary groups are never kept by somebody else.
 *
 * @throws a system error if we are not root
 */
export function dropPrivileges({ uid, gid, groups }: Privileges): void {
  if (uid === null && gid === null && !groups) return;
  process.setgroups?.([...(groups ?? [])]);
  if (gid !== null) process.setgid?.(gid);
  if (uid !== null) process.setuid?.(uid);
}

/** Whom to become; null: whoever we are. */
export interface Privileges {
  readonly uid: number | null;
  readonly gid: number | null;
}

/**
 * Gives root's privileges up for good: supplementary groups, group and user, in this order.
 *
 * @throws a system error if we are not root
 */
export function dropPrivileges({ uid, gid }: Privileges): void {
  if (uid === null && gid === null) return;
  process.setgroups?.([]);
  if (gid !== null) process.setgid?.(gid);
  if (uid !== null) process.setuid?.(uid);
}

import { groupId, listOfGroups, primaryGroup, userId } from "../cli/accounts.ts";
import { UsageError } from "../cli/options.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { dropPrivileges, type Privileges, requireChangeOfUsers } from "../program/privileges.ts";
import { EnvironmentError, TlsEnvironment } from "../setup/environment.ts";

/**
 * The user and groups that -u, -g and -G, or -U, name.
 *
 * @throws {EnvironmentError} with -U, for a variable that is missing or names no user or group
 * @throws {UsageError} for -u without -g, if that user's group is not known, or is root's
 */
export function ownerOf(settings: SuperServerSettings, env: NodeJS.ProcessEnv): Privileges {
  const { uid, gid, groups } = settings;
  if (!settings.idsFromEnvironment) return { uid, gid: gid ?? ownGroup(uid, BY_OPTION), groups };
  return {
    uid: read(env, "UID", userId),
    gid: read(env, "GID", groupId),
    groups: env["GIDLIST"] === undefined ? groups : read(env, "GIDLIST", listOfGroups),
  };
}

/** The user of each kind of process. */
export interface Users {
  readonly worker: Privileges;
  /** What progs become where root gives its rights up; null: all processes are the user of workers. */
  readonly prog: Privileges | null;
}

/**
 * With TLS_UID and TLS_GID, workers are that user, and progs another one; else both are the same.
 *
 * @throws {EnvironmentError} for TLS_UID and TLS_GID, unless root starts the server, or if they name
 *   root or no user at all; and as ownerOf does
 * @throws {SystemFailure} if root is to give its rights up, and this runtime can't
 */
export function usersOf(settings: SuperServerSettings, env: NodeJS.ProcessEnv): Users {
  const owner = ownerOf(settings, env);
  const { uid, gid } = new TlsEnvironment(env).engineOwner();
  if (uid === null && gid === null) {
    if (!dropsRights(owner)) return { worker: owner, prog: null };
    requireChangeOfUsers();
    return { worker: owner, prog: owner };
  }
  if (process.getuid?.() !== 0) {
    throw new EnvironmentError("TLS_UID and TLS_GID are for a server that root starts");
  }
  if (uid === null || uid === 0) throw new EnvironmentError("TLS_UID is no user besides root");
  requireChangeOfUsers();
  return { worker: { uid, gid: gid ?? ownGroup(uid, BY_VARIABLE), groups: null }, prog: owner };
}

/** Does root give its rights up, so that what only root may read can't be read later? */
export function dropsRights({ uid }: Privileges): boolean {
  return process.getuid?.() === 0 && uid !== null && uid !== 0;
}

/** What names a user, and what would name the group: for messages. */
const BY_OPTION = { user: "-u ", group: "-g" };
const BY_VARIABLE = { user: "TLS_UID=", group: "TLS_GID" };

/** Of a user without a group: root's must never be what is left. Others keep what they have. */
function ownGroup(uid: number | null, named: typeof BY_OPTION): number | null {
  if (uid === null || process.getuid?.() !== 0) return null;
  const group = primaryGroup(uid);
  if (group !== null && group !== 0) return group;
  const why = group === 0 ? "its own group is root's" : "it is not in /etc/passwd";
  throw new UsageError(`${named.user}${uid} needs a group (${named.group}): ${why}`);
}

/**
 * @param door a group besides, by which the spawner knows a worker; null: none
 * @throws {SystemFailure} unless we are root, or are that already, or there is nothing to become
 */
export function becomeServerOwner(owner: Privileges, door: number | null): void {
  if (door !== null) dropPrivileges({ ...owner, groups: [...(owner.groups ?? []), door] });
  else if (!isAlready(owner)) dropPrivileges(owner);
}

/** The server may have been started as that user. */
function isAlready({ uid, gid, groups }: Privileges): boolean {
  const sameGroup = gid === null || gid === process.getgid?.();
  const present = [...(process.getgroups?.() ?? []), process.getgid?.()];
  const sameGroups = (groups ?? []).every((group) => present.includes(group));
  return uid !== null && uid !== 0 && uid === process.getuid?.() && sameGroup && sameGroups;
}

/** @param find throws a UsageError */
function read<T>(env: NodeJS.ProcessEnv, name: string, find: (text: string) => T): T {
  const value = env[name];
  if (value === undefined) throw EnvironmentError.missing(name);
  try {
    return find(value);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new EnvironmentError(`environment variable ${name}: ${error.message}`);
  }
}

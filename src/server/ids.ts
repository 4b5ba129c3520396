import { UsageError } from "../cli/options.ts";
import { listOfIds, type ServerSettings } from "../cli/server-options.ts";
import { dropPrivileges, type Privileges } from "../program/privileges.ts";
import { EnvironmentError } from "../setup/environment.ts";

/**
 * Whom the server becomes, by -u, -g and -G, or by -U.
 *
 * @throws {EnvironmentError} with -U, for a variable that is missing or is no number
 */
export function ownerOf(settings: ServerSettings, env: NodeJS.ProcessEnv): Privileges {
  const { uid, gid, groups } = settings;
  if (!settings.idsFromEnvironment) return { uid, gid, groups };
  return {
    uid: number(env, "UID"),
    gid: number(env, "GID"),
    groups: env["GIDLIST"] === undefined ? groups : list(env, "GIDLIST"),
  };
}

/** @throws {SystemFailure} unless we are root, or are that already, or there is nothing to become */
export function becomeServerOwner(settings: ServerSettings, env: NodeJS.ProcessEnv): void {
  const owner = ownerOf(settings, env);
  if (!isAlready(owner)) dropPrivileges(owner);
}

/** A worker that comes later than the others has its privileges from the primary. */
function isAlready({ uid, gid, groups }: Privileges): boolean {
  const sameGroup = gid === null || gid === process.getgid?.();
  const present = [...(process.getgroups?.() ?? []), process.getgid?.()];
  const sameGroups = (groups ?? []).every((group) => present.includes(group));
  return uid !== null && uid !== 0 && uid === process.getuid?.() && sameGroup && sameGroups;
}

function number(env: NodeJS.ProcessEnv, name: string): number {
  const [value, ...more] = list(env, name);
  if (value === undefined || more.length > 0) {
    throw new EnvironmentError(`environment variable ${name} is not a number`);
  }
  return value;
}

function list(env: NodeJS.ProcessEnv, name: string): number[] {
  const value = env[name];
  if (value === undefined) throw EnvironmentError.missing(name);
  try {
    return listOfIds(value);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new EnvironmentError(`environment variable ${name}: ${error.message}`);
  }
}

import { CredentialsError } from "../credentials/errors.ts";
import type { AnchorSource } from "./trust-anchors.ts";

/** A variable of the environment that must be set is not, or doesn't make sense. */
export class EnvironmentError extends Error {
  static missing(name: string): EnvironmentError {
    return new EnvironmentError(`environment variable ${name} is not set`);
  }
}

/** Where a private key and its chain of certificates are. */
export interface PairFiles {
  readonly keyFile: string;
  readonly certificateFile: string;
}

/** Everything that we read from the environment, and that prog is not to see. */
const OURS = new Set([
  "CADIR",
  "CAFILE",
  "CERTFILE",
  "KEYFILE",
  "TLS_GID",
  "TLS_PROFILE",
  "TLS_UID",
]);

/** Where the key and the chain for a server name are. */
export interface NamedPairFiles extends PairFiles {
  readonly serverName: string;
}

/**
 * The default pair.
 *
 * @throws {EnvironmentError} unless both KEYFILE and CERTFILE are set
 */
export function defaultPair(env: NodeJS.ProcessEnv): PairFiles {
  return { keyFile: required(env, "KEYFILE"), certificateFile: required(env, "CERTFILE") };
}

/**
 * The pairs for server names: each KEYFILE:x with its CERTFILE:x.
 *
 * @throws {CredentialsError} for a KEYFILE:x without its CERTFILE:x
 */
export function namedPairs(env: NodeJS.ProcessEnv): NamedPairFiles[] {
  // A look-up in the process' own environment takes as long as it is large.
  const variables = new Map(Object.entries(env));
  return [...variables].flatMap(([name, keyFile]) => {
    if (!name.startsWith(KEY_PREFIX) || keyFile === undefined) return [];
    const serverName = name.slice(KEY_PREFIX.length);
    const certificateFile = variables.get(CERTIFICATE_PREFIX + serverName);
    if (certificateFile === undefined) {
      throw new CredentialsError(`${name} is set, but ${CERTIFICATE_PREFIX}${serverName} is not`);
    }
    return [{ serverName, keyFile, certificateFile }];
  });
}

/**
 * Where the CAs' certificates are; CADIR wins.
 *
 * @throws {EnvironmentError} if neither CADIR nor CAFILE is set
 */
export function anchorSource(env: NodeJS.ProcessEnv): AnchorSource {
  const { CADIR, CAFILE } = env;
  if (CADIR !== undefined) return { directory: CADIR };
  if (CAFILE !== undefined) return { file: CAFILE };
  throw EnvironmentError.missing("CADIR or CAFILE");
}

/**
 * The user and the group that TLS_UID and TLS_GID name; null: none.
 *
 * @throws {EnvironmentError} if one isn't a number that a user or group can have
 */
export function engineOwner(env: NodeJS.ProcessEnv): {
  readonly uid: number | null;
  readonly gid: number | null;
} {
  return { uid: identifier(env, "TLS_UID"), gid: identifier(env, "TLS_GID") };
}

const KEY_PREFIX = "KEYFILE:";
const CERTIFICATE_PREFIX = "CERTFILE:";

/** Is this a variable that s6-tlsd removes from prog's environment? */
export function isOurs(name: string): boolean {
  return OURS.has(name) || name.startsWith(KEY_PREFIX) || name.startsWith(CERTIFICATE_PREFIX);
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined) throw EnvironmentError.missing(name);
  return value;
}

/** The largest number means "no change" to the system. */
const ID_MAX = 0xfffffffe;

function identifier(env: NodeJS.ProcessEnv, name: string): number | null {
  const value = env[name];
  if (value === undefined) return null;
  if (!/^[0-9]+$/.test(value) || Number(value) > ID_MAX) {
    throw new EnvironmentError(`environment variable ${name} is not a numeric id: ${value}`);
  }
  return Number(value);
}

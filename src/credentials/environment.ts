import { MissingVariable } from "./errors.ts";

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

/**
 * The default pair.
 *
 * @throws {MissingVariable} unless both KEYFILE and CERTFILE are set
 */
export function defaultPair(env: NodeJS.ProcessEnv): PairFiles {
  return { keyFile: required(env, "KEYFILE"), certificateFile: required(env, "CERTFILE") };
}

/** Is this a variable that s6-tlsd removes from prog's environment? */
export function isOurs(name: string): boolean {
  return OURS.has(name) || name.startsWith("KEYFILE:") || name.startsWith("CERTFILE:");
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined) throw new MissingVariable(name);
  return value;
}

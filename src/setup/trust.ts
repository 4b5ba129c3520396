import { reasonOf } from "../cli/diagnostics.ts";
import { UsageError } from "../cli/options.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import { CredentialsError } from "../credentials/errors.ts";
import type { ClientVerification } from "../sandbox/engine.ts";
import { NoVersionLeft, UnusableAnchors } from "../sandbox/errors.ts";
import { anchorSource } from "./environment.ts";
import { Unavailable } from "./modules.ts";
import { readTrustAnchors } from "./trust-anchors.ts";

/**
 * What clients' certificates are held against; null if they are not asked for one.
 *
 * @throws {CredentialsError} naming the file; {EnvironmentError} if none is named
 */
export function loadClientVerification(
  { clientCertificate }: TlsSettings,
  env: NodeJS.ProcessEnv,
): Omit<ClientVerification, "now"> | null {
  if (clientCertificate === "none") return null;
  return { anchors: loadAnchors(env), mandatory: clientCertificate === "mandatory" };
}

/**
 * The certificates of the CAs that CADIR or CAFILE names.
 *
 * @throws {CredentialsError} naming the file; {EnvironmentError} if none is named
 */
export function loadAnchors(env: NodeJS.ProcessEnv): Uint8Array[] {
  const source = anchorSource(env);
  try {
    return readTrustAnchors(source);
  } catch (error) {
    throw unusableAnchors(env, error);
  }
}

/** The engine could not be made: for its credentials, or for itself. */
export function noEngine(env: NodeJS.ProcessEnv, error: unknown): Error {
  if (error instanceof NoVersionLeft) return new UsageError(error.message);
  if (error instanceof UnusableAnchors) return unusableAnchors(env, error);
  const message = `unable to set up the engine: ${(error as Error).message}`;
  return new Unavailable(message, { cause: error });
}

function unusableAnchors(env: NodeJS.ProcessEnv, error: unknown): CredentialsError {
  const { directory, file } = anchorSource(env);
  const where = directory ?? file;
  return new CredentialsError(`unable to read trust anchors in ${where}: ${reasonOf(error)}`);
}

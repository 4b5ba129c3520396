import { Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import type { ClientVerification } from "../sandbox/engine.ts";
import { UnusableAnchors } from "../sandbox/errors.ts";
import { anchorSource } from "./environment.ts";
import { readTrustAnchors } from "./trust-anchors.ts";

/**
 * What clients' certificates are held against; null if they are not asked for one.
 *
 * @throws {Fatal} 96, naming the file; {EnvironmentError} if none is named
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
 * @throws {Fatal} 96, naming the file; {EnvironmentError} if none is named
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
export function noEngine(env: NodeJS.ProcessEnv, error: unknown): Fatal {
  if (error instanceof UnusableAnchors) return unusableAnchors(env, error);
  return new Fatal(ExitCode.engine, `unable to set up the engine: ${(error as Error).message}`);
}

function unusableAnchors(env: NodeJS.ProcessEnv, error: unknown): Fatal {
  const { directory, file } = anchorSource(env);
  const where = directory ?? file;
  return new Fatal(
    ExitCode.credentials,
    `unable to read trust anchors in ${where}: ${reasonOf(error)}`,
  );
}

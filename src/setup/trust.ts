import { reasonOf } from "../cli/diagnostics.ts";
import { UsageError } from "../cli/options.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import { CredentialsError } from "../credentials/errors.ts";
import { subjectOf } from "../credentials/subject.ts";
import type { ClientVerification } from "../sandbox/engine-settings.ts";
import { NoVersionLeft, UnusableAnchors } from "../sandbox/errors.ts";
import type { TlsEnvironment } from "./environment.ts";
import { Unavailable } from "./modules.ts";
import { type FoundAnchor, findTrustAnchors } from "./trust-anchors.ts";

/**
 * What clients' certificates are held against; null if they are not asked for one.
 *
 * @param tell gets a line for each certificate that is left out, when an engine is made
 * @throws {CredentialsError} naming the file; {EnvironmentError} if none is named
 */
export function loadClientVerification(
  settings: TlsSettings,
  environment: TlsEnvironment,
  tell: Tell,
): Omit<ClientVerification, "now"> | null {
  if (settings.clientCertificate === "none") return null;
  const mandatory = settings.clientCertificate === "mandatory";
  return { ...loadAnchors(settings, environment, tell), mandatory };
}

/** Gets what there is to say about credentials that are used all the same. */
export type Tell = (warning: string) => void;

/**
 * The certificates of the CAs that CADIR or CAFILE names.
 *
 * @param tell as above
 * @throws {CredentialsError} naming the file; {EnvironmentError} if none is named
 */
export function loadAnchors(
  { partialChain }: Pick<TlsSettings, "partialChain">,
  environment: TlsEnvironment,
  tell: Tell,
): Required<Pick<ClientVerification, "anchors" | "partialChain" | "leftOut">> {
  const source = environment.anchorSource();
  let found: readonly FoundAnchor[];
  try {
    found = findTrustAnchors(source, environment.kept);
  } catch (error) {
    throw unusableAnchors(environment, error);
  }
  const files = new Map(found.map(({ der, file }) => [der, file]));
  return {
    anchors: [...files.keys()],
    partialChain,
    leftOut: ({ der, names, reason }) => {
      const subject = subjectOf(names) || "a certificate without a name";
      tell(`not a trust anchor: ${subject} in ${files.get(der)}: ${reason}`);
    },
  };
}

/** The engine could not be made: for its credentials, or for itself. */
export function noEngine(environment: TlsEnvironment, error: unknown): Error {
  if (error instanceof NoVersionLeft) return new UsageError(error.message);
  if (error instanceof UnusableAnchors) return unusableAnchors(environment, error);
  const message = `unable to set up the engine: ${(error as Error).message}`;
  return new Unavailable(message, { cause: error });
}

function unusableAnchors(environment: TlsEnvironment, error: unknown): CredentialsError {
  const { directory, file } = environment.anchorSource();
  const where = directory ?? file;
  return new CredentialsError(`unable to read trust anchors in ${where}: ${reasonOf(error)}`);
}

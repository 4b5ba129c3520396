import { reasonOf } from "../cli/diagnostics.ts";
import { CredentialsError } from "../credentials/errors.ts";
import { expiryOf } from "../credentials/expiry.ts";
import { identityChoice } from "../credentials/identity-choice.ts";
import { Pair } from "../credentials/pair.ts";
import { normal } from "../credentials/server-names.ts";
import type { Identity, IdentityChoice } from "../sandbox/engine-settings.ts";
import type { Keeper } from "../sandbox/keeper.ts";
import { readCertificates } from "./certificate-file.ts";
import { EnvironmentError, type PairFiles, type TlsEnvironment } from "./environment.ts";
import { type Kept, readInto } from "./read-into.ts";
import type { Tell } from "./trust.ts";

/** Where pairs go, what hears of those that expire, and files that are not to be opened. */
interface Loading {
  readonly keeper: Keeper;
  readonly tell: Tell;
  readonly kept: Kept;
}

/**
 * The server's chain and key: for any client, or for each by the name that it asks for.
 *
 * @param loading `tell` gets a line for each certificate that has expired, or will within 14 days
 * @param sniLevel 0: the default pair is all there is. 1: pairs for server names, too. 2: only those
 * @throws {CredentialsError} for files that can't be used; {EnvironmentError} for variables that are missing
 */
export function loadIdentities(
  loading: Loading,
  environment: TlsEnvironment,
  sniLevel: number,
): Identity | IdentityChoice {
  if (sniLevel === 0) return loadIdentity(loading, environment.defaultPair());
  const named = loadNamed(loading, environment);
  if (sniLevel >= 2 && named.size === 0) throw EnvironmentError.missing("KEYFILE:x (for any x)");
  const hasDefault = sniLevel < 2 && (named.size === 0 || environment.namesDefaultPair);
  const otherwise = hasDefault ? pairIn(loading, environment.defaultPair()) : null;
  return identityChoice(named, otherwise);
}

function loadNamed(loading: Loading, environment: TlsEnvironment): Map<string, Pair> {
  const named = new Map<string, Pair>();
  for (const { serverName, ...files } of attempt("unable to use the environment", () =>
    environment.namedPairs(),
  )) {
    const name = normal(serverName);
    if (named.has(name)) {
      throw new CredentialsError(`there are two pairs for server name ${name}`);
    }
    named.set(
      name,
      attempt(`server name ${serverName}`, () => pairIn(loading, files, `CERTFILE:${serverName}`)),
    );
  }
  return named;
}

/** Reads a pair of files, and makes sure that they belong together. */
export function loadIdentity(loading: Loading, files: PairFiles): Identity {
  return pairIn(loading, files).match();
}

function pairIn({ keeper, tell, kept }: Loading, files: PairFiles, variable = "CERTFILE"): Pair {
  const { keyFile, certificateFile } = files;
  const subjects = {
    key: `unable to read private key in ${keyFile}`,
    chain: `unable to read certificate in ${certificateFile}`,
    pair: `unable to use private key in ${keyFile} with certificate in ${certificateFile}`,
  };
  const pair = new Pair(keeper, {
    fill: (room) => readInto(keyFile, room, kept),
    certificates: () => readCertificates(certificateFile, kept),
    complain: (part, error) => new CredentialsError(`${subjects[part]}: ${reasonOf(error)}`),
  });
  const expiry = expiryOf(pair.chain[0] as Uint8Array, Date.now());
  if (expiry !== null)
    tell(`the certificate in ${certificateFile} (${variable}) ${expiry}; ${RENEW}`);
  return pair;
}

const RENEW = "put a new one there (s6-tlsserver reads it again upon SIGUSR2)";

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new CredentialsError(`${what}: ${reasonOf(error)}`);
  }
}

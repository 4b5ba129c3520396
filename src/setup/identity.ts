import { reasonOf } from "../cli/diagnostics.ts";
import { CredentialsError } from "../credentials/errors.ts";
import { identityChoice } from "../credentials/identity-choice.ts";
import { Pair } from "../credentials/pair.ts";
import { normal } from "../credentials/server-names.ts";
import type { Identity, IdentityChoice } from "../sandbox/engine.ts";
import type { Keeper } from "../sandbox/keeper.ts";
import { readCertificates } from "./certificate-file.ts";
import { EnvironmentError, type PairFiles, type TlsEnvironment } from "./environment.ts";
import { readInto } from "./read-into.ts";

/**
 * Who we are, to any client or to each by the name that it asks for.
 *
 * @param sniLevel 0: the default pair is all there is. 1: pairs for server names, too. 2: only those
 * @throws {CredentialsError} for files that can't be used; {EnvironmentError} for variables that are missing
 */
export function loadIdentities(
  keeper: Keeper,
  environment: TlsEnvironment,
  sniLevel: number,
): Identity | IdentityChoice {
  if (sniLevel === 0) return loadIdentity(keeper, environment.defaultPair());
  const named = loadNamed(keeper, environment);
  if (sniLevel >= 2 && named.size === 0) throw EnvironmentError.missing("KEYFILE:x (for any x)");
  const hasDefault = sniLevel < 2 && (named.size === 0 || environment.namesDefaultPair);
  const otherwise = hasDefault ? pairIn(keeper, environment.defaultPair()) : null;
  return identityChoice(named, otherwise);
}

function loadNamed(keeper: Keeper, environment: TlsEnvironment): Map<string, Pair> {
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
      attempt(`server name ${serverName}`, () => pairIn(keeper, files)),
    );
  }
  return named;
}

/** Reads a pair of files, and makes sure that they belong together. */
export function loadIdentity(keeper: Keeper, files: PairFiles): Identity {
  return pairIn(keeper, files).match();
}

function pairIn(keeper: Keeper, { keyFile, certificateFile }: PairFiles): Pair {
  const subjects = {
    key: `unable to read private key in ${keyFile}`,
    chain: `unable to read certificate in ${certificateFile}`,
    pair: `unable to use private key in ${keyFile} with certificate in ${certificateFile}`,
  };
  return new Pair(keeper, {
    fill: (room) => readInto(keyFile, room),
    certificates: () => readCertificates(certificateFile),
    complain: (part, error) => new CredentialsError(`${subjects[part]}: ${reasonOf(error)}`),
  });
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new CredentialsError(`${what}: ${reasonOf(error)}`);
  }
}

import { reasonOf } from "../cli/diagnostics.ts";
import { CredentialsError } from "../credentials/errors.ts";
import { type ClaimedIdentity, identityChoice } from "../credentials/identity-choice.ts";
import { normal } from "../credentials/server-names.ts";
import { type Identity, type IdentityChoice, LONGEST_CHAIN } from "../sandbox/engine.ts";
import type { Keeper, PrivateKey } from "../sandbox/keeper.ts";
import { readCertificates } from "./certificate-file.ts";
import { defaultPair, EnvironmentError, namedPairs, type PairFiles } from "./environment.ts";
import { readInto } from "./read-into.ts";

/**
 * Who we are, to any client or to each by the name that it asks for.
 *
 * @param sniLevel 0: the default pair is all there is. 1: pairs for server names, too. 2: only those
 * @throws {CredentialsError} for files that can't be used; {EnvironmentError} for variables that are missing
 */
export function loadIdentities(
  keeper: Keeper,
  env: NodeJS.ProcessEnv,
  sniLevel: number,
): Identity | IdentityChoice {
  if (sniLevel === 0) return loadIdentity(keeper, defaultPair(env));
  const named = loadNamed(keeper, env);
  if (sniLevel >= 2 && named.size === 0) throw EnvironmentError.missing("KEYFILE:x (for any x)");
  const hasDefault = sniLevel < 2 && (named.size === 0 || "KEYFILE" in env || "CERTFILE" in env);
  const otherwise = hasDefault ? new Pair(keeper, defaultPair(env)).matchClaim() : null;
  return identityChoice(named, otherwise);
}

function loadNamed(keeper: Keeper, env: NodeJS.ProcessEnv): Map<string, Pair> {
  const named = new Map<string, Pair>();
  for (const { serverName, ...files } of attempt("unable to use the environment", () =>
    namedPairs(env),
  )) {
    const name = normal(serverName);
    if (named.has(name)) {
      throw new CredentialsError(`there are two pairs for server name ${name}`);
    }
    named.set(
      name,
      attempt(`server name ${serverName}`, () => new Pair(keeper, files).matchClaim()),
    );
  }
  return named;
}

/** Reads a pair of files, and makes sure that they belong together. */
export function loadIdentity(keeper: Keeper, files: PairFiles): Identity {
  return new Pair(keeper, files).match();
}

/** A private key and a chain, read from their files. */
class Pair implements ClaimedIdentity {
  readonly key: PrivateKey;
  readonly chain: readonly Uint8Array[];

  constructor(
    keeper: Keeper,
    private readonly files: PairFiles,
  ) {
    const { keyFile, certificateFile } = files;
    this.key = attempt(`unable to read private key in ${keyFile}`, () =>
      keeper.load((room) => readInto(keyFile, room)),
    );
    this.chain = attempt(`unable to read certificate in ${certificateFile}`, () =>
      readChain(certificateFile),
    );
  }

  /** Makes sure that they belong together. */
  match(): this {
    return this.matching((certificate) => this.key.match(certificate));
  }

  /** The same in no time; a key file that lies about its public half is found out by `match`. */
  matchClaim(): this {
    return this.matching((certificate) => this.key.matchClaim(certificate));
  }

  private matching(match: (certificate: Uint8Array) => void): this {
    const { keyFile, certificateFile } = this.files;
    attempt(`unable to use private key in ${keyFile} with certificate in ${certificateFile}`, () =>
      match(this.chain[0] as Uint8Array),
    );
    return this;
  }
}

/** The engine would refuse a longer one: with SNI not before a client comes. */
function readChain(file: string): Uint8Array[] {
  const chain = readCertificates(file);
  if (chain.length <= LONGEST_CHAIN) return chain;
  throw new CredentialsError(`${chain.length} in a chain; at most ${LONGEST_CHAIN} are supported`);
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new CredentialsError(`${what}: ${reasonOf(error)}`);
  }
}

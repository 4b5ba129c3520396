import { UsageError } from "../cli/options.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import {
  type ClientVerification,
  Engine,
  type Identity,
  type IdentityChoice,
  PROFILE_NAMES,
  type Profile,
  profileNamed,
  type Version,
  type VersionLimits,
} from "../sandbox/engine.ts";
import { GROUP_NAMES, groupsNamed } from "../sandbox/groups.ts";
import { type Keeper, wipedIfItFails } from "../sandbox/keeper.ts";
import { fillWithEntropy } from "./entropy.ts";
import { loadIdentities } from "./identity.ts";
import { loadModule, startKeeper } from "./modules.ts";
import { loadClientVerification, noEngine, type Tell } from "./trust.ts";

/** Everything that a server knows before a client comes. */
export interface ServerCredentials {
  readonly profile: Profile;
  readonly versions: VersionLimits;
  readonly groups: readonly number[];
  /** Holds the private keys; whoever is done with them wipes it. */
  readonly keeper: Keeper;
  readonly identity: Identity | IdentityChoice;
  readonly clients: Omit<ClientVerification, "now"> | null;
}

/** Where credentials are, and who hears what there is to say about them. */
export interface Sources {
  readonly settings: TlsSettings;
  readonly env: NodeJS.ProcessEnv;
  readonly tell: Tell;
}

/**
 * Reads the credentials that the environment names.
 *
 * @throws {CredentialsError}; {UsageError} for the profile; {EnvironmentError} for a missing variable
 */
export function loadCredentials(
  keeperModule: WebAssembly.Module,
  { settings, env, tell }: Sources,
): ServerCredentials {
  const profile = chooseProfile(settings.profile ?? env["TLS_PROFILE"]);
  const groups = chooseGroups(settings.keyGroups);
  const keeper = startKeeper(keeperModule);
  return wipedIfItFails(keeper, () => {
    const identity = loadIdentities(keeper, env, settings.sniLevel);
    const clients = loadClientVerification(settings, env, tell);
    return { profile, versions: versionLimits(settings), groups, keeper, identity, clients };
  });
}

/** Both at once, for one connection. */
export function prepareServer(sources: Sources) {
  const { env } = sources;
  const credentials = loadCredentials(loadModule("keeper"), sources);
  const { keeper } = credentials;
  return wipedIfItFails(keeper, () => ({
    keeper,
    engine: startEngine(loadModule("engine"), credentials, env),
  }));
}

/**
 * An engine that is ready for a client.
 *
 * @throws {CredentialsError} if no trust anchor can be used; {Unavailable}
 */
function startEngine(
  engineModule: WebAssembly.Module,
  credentials: ServerCredentials,
  env: NodeJS.ProcessEnv,
): Engine {
  const clients = credentials.clients && { ...credentials.clients, now: Date.now() };
  const settings = { ...credentials, clients, seed: fillWithEntropy };
  return settingUp(env, () => Engine.server(engineModule, settings));
}

/**
 * Makes engines, one after the other, that are ready for a client.
 *
 * @throws {CredentialsError} as does each call of the result, if no trust anchor can be used;
 *   {Unavailable}
 */
export function engineMaker(
  engineModule: WebAssembly.Module,
  credentials: ServerCredentials,
  env: NodeJS.ProcessEnv,
): () => Engine {
  const make = settingUp(env, () => Engine.servers(engineModule, credentials));
  return () => settingUp(env, () => make({ now: Date.now(), seed: fillWithEntropy }));
}

function settingUp<T>(env: NodeJS.ProcessEnv, setUp: () => T): T {
  try {
    return setUp();
  } catch (error) {
    throw noEngine(env, error);
  }
}

export function versionLimits(
  settings: Pick<TlsSettings, "minVersion" | "maxVersion">,
): VersionLimits {
  const { minVersion, maxVersion } = settings;
  return { min: minVersion as Version | null, max: maxVersion as Version | null };
}

/** @throws {UsageError} if there is no such profile */
export function chooseProfile(name = "modern"): Profile {
  const profile = profileNamed(name);
  if (profile !== null) return profile;
  throw new UsageError(`unknown TLS profile ${name}; there are ${PROFILE_NAMES.join(", ")}`);
}

/** @throws {UsageError} unless all of the list are groups, each once */
export function chooseGroups(list: string | null): readonly number[] {
  const groups = list === null ? [] : groupsNamed(list);
  if (groups !== null) return groups;
  throw new UsageError(`not a list of groups: ${list}; there are ${GROUP_NAMES.join(", ")}`);
}

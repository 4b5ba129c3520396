import { UsageError } from "../cli/options.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import type { Engine } from "../sandbox/engine.ts";
import {
  type ClientVerification,
  type Identity,
  type IdentityChoice,
  PROFILE_NAMES,
  type Profile,
  type TicketIssue,
  type Version,
  type VersionLimits,
} from "../sandbox/engine-settings.ts";
import { serverEngine, serverEngines } from "../sandbox/engines.ts";
import { GROUP_NAMES, groupsNamed } from "../sandbox/groups.ts";
import { type Keeper, wipedIfItFails } from "../sandbox/keeper.ts";
import { fillWithEntropy } from "./entropy.ts";
import type { TlsEnvironment } from "./environment.ts";
import { loadIdentities } from "./identity.ts";
import { loadModule, startKeeper } from "./modules.ts";
import { type FileTicketKeys, loadTicketKeys } from "./ticket-file.ts";
import { loadClientVerification, noEngine, type Tell } from "./trust.ts";

/** Everything that a server knows before a client comes. */
export interface ServerCredentials {
  readonly profile: Profile;
  readonly versions: VersionLimits;
  readonly groups: readonly number[];
  readonly protocols: readonly string[];
  /** Holds the private keys; the caller wipes it when they are of no more use. */
  readonly keeper: Keeper;
  readonly identity: Identity | IdentityChoice;
  readonly clients: Omit<ClientVerification, "now"> | null;
  readonly tickets: TicketIssue;
  /** Those of TICKETFILE; undefined: they follow from private keys. */
  readonly ticketKeys: FileTicketKeys | undefined;
}

/** Where credentials are, and where messages about them go. */
export interface Sources {
  readonly settings: TlsSettings;
  readonly environment: TlsEnvironment;
  readonly tell: Tell;
}

/**
 * Reads the credentials that the environment names.
 *
 * @throws {CredentialsError}; {UsageError} for the profile; {EnvironmentError} for a missing variable
 */
export function loadCredentials(
  keeperModule: WebAssembly.Module,
  { settings, environment, tell }: Sources,
): ServerCredentials {
  const profile = chooseProfile(settings, environment);
  const groups = chooseGroups(settings.keyGroups);
  const keeper = startKeeper(keeperModule);
  return wipedIfItFails(keeper, () => {
    const identity = loadIdentities(
      { keeper, tell, kept: environment.kept },
      environment,
      settings.sniLevel,
    );
    const clients = loadClientVerification(settings, environment, tell);
    const versions = versionLimits(settings);
    const protocols = settings.alpn;
    const ticketKeys = loadTicketKeys(keeper, environment);
    const issue = { count: settings.tickets, lifetime: settings.ticketLifetime, keys: ticketKeys };
    const common = { profile, versions, groups, protocols, keeper, identity, clients };
    return { ...common, tickets: issue, ticketKeys };
  });
}

/** Both at once, for one connection. */
export function prepareServer(sources: Sources) {
  const { environment } = sources;
  const credentials = loadCredentials(loadModule("keeper"), sources);
  const { keeper } = credentials;
  return wipedIfItFails(keeper, () => ({
    keeper,
    engine: startEngine(loadModule("engine"), credentials, environment),
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
  environment: TlsEnvironment,
): Engine {
  const now = Date.now();
  const clients = credentials.clients && { ...credentials.clients, now };
  const settings = { ...credentials, clients, now, seed: fillWithEntropy };
  return settingUpFrom(environment, () => serverEngine(engineModule, settings));
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
  environment: TlsEnvironment,
): () => Engine {
  const make = settingUpFrom(environment, () => serverEngines(engineModule, credentials));
  return () => settingUpFrom(environment, () => make({ now: Date.now(), seed: fillWithEntropy }));
}

/** @throws {CredentialsError} naming the file; {UsageError}; {Unavailable} */
export function settingUpFrom<T>(environment: TlsEnvironment, setUp: () => T): T {
  try {
    return setUp();
  } catch (error) {
    throw noEngine(environment, error);
  }
}

export function versionLimits(
  settings: Pick<TlsSettings, "minVersion" | "maxVersion">,
): VersionLimits {
  const { minVersion, maxVersion } = settings;
  return { min: minVersion as Version | null, max: maxVersion as Version | null };
}

/**
 * The profile that the command line names, or else TLS_PROFILE.
 *
 * @throws {UsageError} if there is no such profile
 */
export function chooseProfile(
  { profile: option }: Pick<TlsSettings, "profile">,
  environment: TlsEnvironment,
): Profile {
  const name = option ?? environment.profile ?? "modern";
  const profile = PROFILE_NAMES.find((known) => known === name);
  if (profile !== undefined) return profile;
  const source = option === null ? "TLS_PROFILE" : "--tls-profile";
  const known = PROFILE_NAMES.join(", ");
  throw new UsageError(`${source}: unknown TLS profile ${name}; there are ${known}`);
}

/** @throws {UsageError} unless all of the list are groups, each once */
export function chooseGroups(list: string | null): readonly number[] {
  const groups = list === null ? [] : groupsNamed(list);
  if (groups !== null) return groups;
  const known = GROUP_NAMES.join(", ");
  throw new UsageError(`--groups: not a list of groups: ${list}; there are ${known}`);
}

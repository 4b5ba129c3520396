import type { TlsSettings } from "../cli/tls-options.ts";
import { type Making, readyServer, readyServers } from "../credentials/ready-engines.ts";
import type { Engine } from "../sandbox/engine.ts";
import type {
  ClientVerification,
  Identity,
  IdentityChoice,
  Profile,
  TicketIssue,
  VersionLimits,
} from "../sandbox/engine-settings.ts";
import { type Keeper, wipedIfItFails } from "../sandbox/keeper.ts";
import { fillWithEntropy } from "./entropy.ts";
import type { TlsEnvironment } from "./environment.ts";
import { loadIdentities } from "./identity.ts";
import { loadModule, startKeeper } from "./modules.ts";
import { chooseGroups, chooseProfile, versionLimits } from "./protocol-choices.ts";
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
    engine: readyServer(makingFrom(environment, loadModule("engine")), credentials),
  }));
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
  return readyServers(makingFrom(environment, engineModule), credentials);
}

/** Errors name the file. */
export function makingFrom(environment: TlsEnvironment, module: WebAssembly.Module): Making {
  const complain = (error: unknown) => noEngine(environment, error);
  return { module, seed: fillWithEntropy, complain };
}

import type { ClientTlsSettings } from "../cli/client-options.ts";
import { UsageError } from "../cli/options.ts";
import { readyClient, readyClients } from "../credentials/ready-engines.ts";
import { whyNoHostName } from "../credentials/server-names.ts";
import type { Engine } from "../sandbox/engine.ts";
import type { ClientConfiguration } from "../sandbox/engine-settings.ts";
import { type Keeper, wipedIfItFails } from "../sandbox/keeper.ts";
import type { TlsEnvironment } from "./environment.ts";
import { loadIdentity } from "./identity.ts";
import { loadModule, startKeeper } from "./modules.ts";
import { chooseGroups, chooseProfile, versionLimits } from "./protocol-choices.ts";
import { makingFrom, type Sources } from "./server-side.ts";
import { loadAnchors, type Tell } from "./trust.ts";

/** The sandboxes of one connection, from the client's side. */
export interface ClientSide {
  readonly engine: Engine;
  /** null: there is no client certificate. */
  readonly keeper: Keeper | null;
}

/**
 * Reads the credentials that the environment names, and gets an engine ready for a server.
 *
 * @param tell gets what there is to say about them
 * @throws {CredentialsError} {Unavailable}; {UsageError} for the profile or the
 *   name; {EnvironmentError} for a variable that is missing
 */
export function prepareClient(
  settings: ClientTlsSettings,
  environment: TlsEnvironment,
  tell: Tell,
): ClientSide {
  const { serverName } = settings;
  const hasKey = settings.clientCertificate !== "none";
  const credentials = loadClient(hasKey ? loadModule("keeper") : null, {
    ...{ settings, environment, tell },
  });
  const { keeper } = credentials;
  return wipedIfItFails(keeper, () => {
    const making = makingFrom(environment, loadModule("engine"));
    return { keeper, engine: readyClient(making, credentials, { serverName }) };
  });
}

/** Makes engines, one after the other, that are ready for a server. */
export interface ClientEngines {
  /** null: there is no client certificate. */
  readonly keeper: Keeper | null;
  /** @param serverName in place of that of the settings */
  readonly makeEngine: (serverName?: string) => Engine;
}

/**
 * The same for many connections: files are read, and the CAs decoded, once. An engine that is made and
 * dropped shows whether they can be used.
 *
 * @throws as above
 */
export function prepareClients(
  modules: { readonly engine: WebAssembly.Module; readonly keeper: WebAssembly.Module },
  sources: ClientSources,
): ClientEngines {
  const { settings, environment } = sources;
  const hasKey = settings.clientCertificate !== "none";
  const credentials = loadClient(hasKey ? modules.keeper : null, sources);
  const { keeper } = credentials;
  return wipedIfItFails(keeper, () => {
    const make = readyClients(makingFrom(environment, modules.engine), credentials);
    const makeEngine = (serverName: string | null = settings.serverName) => make({ serverName });
    makeEngine().wipe();
    return { keeper, makeEngine };
  });
}

interface ClientSources extends Omit<Sources, "settings"> {
  readonly settings: ClientTlsSettings;
}

function loadClient(
  keeperModule: WebAssembly.Module | null,
  { settings, environment, tell }: ClientSources,
): ClientConfiguration & { readonly keeper: Keeper | null } {
  const { serverName, verifyServer } = settings;
  const profile = chooseProfile(settings, environment);
  const groups = chooseGroups(settings.keyGroups);
  if (serverName !== null) checkName(serverName);
  const server = verifyServer ? loadAnchors(settings, environment, tell) : null;
  const keeper = keeperModule && startKeeper(keeperModule);
  return wipedIfItFails(keeper, () => {
    const identity =
      keeper && loadIdentity({ keeper, tell, kept: environment.kept }, environment.defaultPair());
    const versions = versionLimits(settings);
    return { profile, versions, groups, protocols: settings.alpn, server, identity, keeper };
  });
}

function checkName(name: string): void {
  const reason = whyNoHostName(name);
  if (reason !== null) throw new UsageError(reason);
}

import type { ClientTlsSettings } from "../cli/client-options.ts";
import { UsageError } from "../cli/options.ts";
import { whyNoHostName } from "../credentials/server-names.ts";
import { Engine } from "../sandbox/engine.ts";
import { type Keeper, wipedIfItFails } from "../sandbox/keeper.ts";
import { fillWithEntropy } from "./entropy.ts";
import type { TlsEnvironment } from "./environment.ts";
import { loadIdentity } from "./identity.ts";
import { loadModule, startKeeper } from "./modules.ts";
import { chooseGroups, chooseProfile, versionLimits } from "./server-side.ts";
import { loadAnchors, noEngine, type Tell } from "./trust.ts";

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
  const { serverName, verifyServer } = settings;
  const profile = chooseProfile(settings.profile ?? environment.profile);
  const groups = chooseGroups(settings.keyGroups);
  if (serverName !== null) checkName(serverName);
  const server = verifyServer ? { ...loadAnchors(environment, tell), now: Date.now() } : null;
  const keeper = settings.clientCertificate === "none" ? null : startKeeper(loadModule("keeper"));
  return wipedIfItFails(keeper, () => {
    const identity = keeper && loadIdentity({ keeper, tell }, environment.defaultPair());
    const module = loadModule("engine");
    try {
      const seed = fillWithEntropy;
      const versions = versionLimits(settings);
      const engine = Engine.client(module, {
        ...{ profile, versions, groups, serverName, server, identity, seed },
      });
      return { engine, keeper };
    } catch (error) {
      throw noEngine(environment, error);
    }
  });
}

function checkName(name: string): void {
  const reason = whyNoHostName(name);
  if (reason !== null) throw new UsageError(reason);
}

import { Fatal } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { UsageError } from "../cli/options.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import { fillWithEntropy } from "../io/entropy.ts";
import { Engine, PROFILE_NAMES, type Profile } from "../sandbox/engine.ts";
import { UnusableAnchors } from "../sandbox/errors.ts";
import { Keeper } from "../sandbox/keeper.ts";
import { loadClientVerification, unusableAnchors } from "./client-verification.ts";
import { loadIdentities } from "./identity.ts";
import { loadModule } from "./modules.ts";

/** The sandboxes of one connection, from the server's side. */
export interface ServerSide {
  readonly engine: Engine;
  readonly keeper: Keeper;
}

/**
 * Reads the credentials that the environment names, and gets an engine ready for a client.
 *
 * @throws {Fatal} 96 for the credentials, 97 for the engine; {UsageError} for the profile;
 *   {EnvironmentError} for a variable that is missing
 */
export function prepareServer(settings: TlsSettings, env: NodeJS.ProcessEnv): ServerSide {
  const profile = chooseProfile(settings.profile ?? env["TLS_PROFILE"]);
  const keeper = new Keeper(loadModule("keeper"));
  const identity = loadIdentities(keeper, env, settings.sniLevel);
  const clients = loadClientVerification(settings, env);
  try {
    const module = loadModule("engine");
    const engine = Engine.server(module, { profile, identity, clients, seed: fillWithEntropy });
    return { engine, keeper };
  } catch (error) {
    if (error instanceof Fatal) throw error;
    if (error instanceof UnusableAnchors) throw unusableAnchors(env, error);
    throw new Fatal(ExitCode.engine, `unable to set up the engine: ${(error as Error).message}`);
  }
}

function chooseProfile(name = "modern"): Profile {
  const profile = PROFILE_NAMES.find((known) => known === name);
  if (profile !== undefined) return profile;
  throw new UsageError(`unknown TLS profile ${name}; there are ${PROFILE_NAMES.join(", ")}`);
}

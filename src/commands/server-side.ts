import { Fatal } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { UsageError } from "../cli/options.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import { defaultPair } from "../credentials/environment.ts";
import { fillWithEntropy } from "../io/entropy.ts";
import { Engine, PROFILE_NAMES, type Profile } from "../sandbox/engine.ts";
import { Keeper } from "../sandbox/keeper.ts";
import { loadIdentity } from "./identity.ts";
import { loadModule } from "./modules.ts";

/** The sandboxes of one connection, from the server's side. */
export interface ServerSide {
  readonly engine: Engine;
  readonly keeper: Keeper;
}

/**
 * Reads the credentials that the environment names, and gets an engine ready for a client.
 *
 * @throws {Fatal} 96 for the credentials, 97 for the engine; {UsageError} for the profile
 */
export function prepareServer(settings: TlsSettings, env: NodeJS.ProcessEnv): ServerSide {
  const profile = chooseProfile(settings.profile ?? env["TLS_PROFILE"]);
  for (const name of ["TLS_UID", "TLS_GID"]) {
    if (env[name] !== undefined) throw new Fatal(ExitCode.usage, `${name}: not supported yet`);
  }
  const files = defaultPair(env);
  const keeper = new Keeper(loadModule("keeper"));
  const { key, chain } = loadIdentity(keeper, files);
  try {
    const engine = Engine.server(loadModule("engine"), {
      profile,
      chain,
      key,
      seed: fillWithEntropy,
    });
    return { engine, keeper };
  } catch (error) {
    if (error instanceof Fatal) throw error;
    throw new Fatal(ExitCode.engine, `unable to set up the engine: ${(error as Error).message}`);
  }
}

function chooseProfile(name = "modern"): Profile {
  const profile = PROFILE_NAMES.find((known) => known === name);
  if (profile !== undefined) return profile;
  throw new UsageError(`unknown TLS profile ${name}; there are ${PROFILE_NAMES.join(", ")}`);
}

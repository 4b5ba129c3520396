import type { RelaySettings } from "../cli/bearhug-options.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import type { Reaching } from "../io/reach.ts";
import { wipedIfItFails } from "../sandbox/keeper.ts";
import { prepareClients } from "../setup/client-side.ts";
import type { TlsEnvironment } from "../setup/environment.ts";
import { engineMaker, loadCredentials } from "../setup/server-side.ts";
import type { Tell } from "../setup/trust.ts";
import { Conversation } from "./conversation.ts";
import { Inbound } from "./inbound.ts";
import { Outbound } from "./outbound.ts";
import type { Loaded, Service, ServiceModules } from "./service.ts";

/** A prog for each connection, as s6-tlsserver has it. */
export function programService(settings: TlsSettings): Service {
  return {
    load: (...files) => loadServer(settings, ...files),
    begin: (visit) => {
      const conversation = new Conversation({ ...visit, engine: visit.makeEngine() });
      // It was paused behind a PROXY header.
      visit.socket.resume();
      return conversation;
    },
  };
}

/**
 * An address in place of prog.
 *
 * @param addressesOf looks names of backends up
 */
export function relayService(
  role: "server" | "client",
  settings: RelaySettings,
  addressesOf: Reaching["addressesOf"],
): Service {
  if (role === "server") {
    return {
      load: (...files) => loadServer(settings, ...files),
      begin: (visit) => new Inbound(visit, settings, addressesOf),
    };
  }
  return {
    load: (modules, environment, tell) => {
      const { keeper, makeEngine } = prepareClients(modules, { settings, environment, tell });
      return { keeper: keeper ?? { wipe() {} }, makeEngine };
    },
    begin: (visit) => new Outbound(visit, settings, addressesOf),
  };
}

/** An engine that is made and dropped shows whether the files can be used. */
function loadServer(
  settings: TlsSettings,
  modules: ServiceModules,
  environment: TlsEnvironment,
  tell: Tell,
): Loaded {
  const credentials = loadCredentials(modules.keeper, { settings, environment, tell });
  const { keeper, ticketKeys } = credentials;
  return wipedIfItFails(keeper, () => {
    const makeEngine = engineMaker(modules.engine, credentials, environment);
    makeEngine().wipe();
    return { keeper, ticketKeys, makeEngine: () => makeEngine() };
  });
}

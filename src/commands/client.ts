import type { ClientTlsSettings } from "../cli/client-options.ts";
import { complain } from "../cli/diagnostics.ts";
import { type ClientSide, prepareClient } from "../setup/client-side.ts";
import type { TlsEnvironment } from "../setup/environment.ts";
import { systemAnchors } from "../setup/system-anchors.ts";
import { warnings } from "./server.ts";

/**
 * The client's sandboxes, and what there is to say about what they hold the server against. Only
 * the process that has the engine says it.
 */
export function prepareAndTell(program: string, { settings, tls }: Asked): ClientSide {
  const side = prepareClient(settings, tls, warnings(program, settings));
  warnWithoutName(program, settings);
  if (settings.verifyServer && settings.verbosity > 1) tellSystemBundle(program, tls);
  return side;
}

/** What the command line and the environment ask for. */
export interface Asked {
  readonly settings: ClientTlsSettings;
  readonly tls: TlsEnvironment;
}

/** A good chain alone shows that a CA knows the server, not which server it is. */
function warnWithoutName(program: string, settings: ClientTlsSettings): void {
  const { serverName, verifyServer, verbosity } = settings;
  if (serverName !== null || !verifyServer || verbosity === 0) return;
  complain(
    program,
    "warning",
    "no server name given (-k): any certificate of a trusted CA will do",
  );
}

/** Where the system keeps its CAs is ours to find, and the operator's to know. */
function tellSystemBundle(program: string, tls: TlsEnvironment): void {
  if (tls.anchorSource().file !== "system") return;
  complain(program, "info", `the system's trust anchors are in ${systemAnchors().where}`);
}

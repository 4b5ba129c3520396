import type { ClientTlsSettings } from "../cli/client-options.ts";
import { complain } from "../cli/diagnostics.ts";
import { spellOut } from "../cli/tls-options.ts";

/** A chain alone says that the server is somebody whom a CA knows, not who it is. */
export function warnWithoutName(program: string, settings: ClientTlsSettings): void {
  const { serverName, verifyServer, verbosity } = settings;
  if (serverName !== null || !verifyServer || verbosity === 0) return;
  complain(
    program,
    "warning",
    "no server name given (-k): any certificate of a trusted CA will do",
  );
}

/** The command line of s6-tlsc-io for the same settings. */
export function clientTunnelOptions(settings: ClientTlsSettings): string[] {
  const { serverName, verifyServer } = settings;
  return [
    ...spellOut(settings),
    ...(serverName === null ? [] : ["-k", serverName]),
    ...(verifyServer ? [] : ["--no-verify-cert"]),
  ];
}

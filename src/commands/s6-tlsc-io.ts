import { CLIENT_DEFAULTS } from "../cli/client-options.ts";
import { type ClientIoSettings, s6TlscIoLine } from "../cli/command-lines.ts";
import type { TlsEnvironment } from "../setup/environment.ts";
import { prepareAndTell } from "./client.ts";
import { run } from "./run.ts";
import { runTunnel } from "./tunnel-alone.ts";

const program = "s6-tlsc-io";

/** The program s6-tlsc-io. */
export function s6TlscIo(): void {
  run({ program, line: s6TlscIoLine, defaults: { ...CLIENT_DEFAULTS, notify: null }, main });
}

function main(settings: ClientIoSettings, operands: readonly string[]): void {
  const prepare = (tls: TlsEnvironment) => prepareAndTell(program, { settings, tls });
  runTunnel({ program, settings, operands, standard: "cleartext", prepare });
}

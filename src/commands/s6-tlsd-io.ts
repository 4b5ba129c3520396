import { type IoSettings, s6TlsdIoLine } from "../cli/command-lines.ts";
import { DEFAULTS } from "../cli/tls-options.ts";
import type { TlsEnvironment } from "../setup/environment.ts";
import { run } from "./run.ts";
import { prepareServerAndTell } from "./server.ts";
import { runTunnel } from "./tunnel-alone.ts";

const program = "s6-tlsd-io";

/** The program s6-tlsd-io. */
export function s6TlsdIo(): void {
  run({ program, line: s6TlsdIoLine, defaults: { ...DEFAULTS, notify: null }, main });
}

function main(settings: IoSettings, operands: readonly string[]): void {
  const prepare = (tls: TlsEnvironment) => prepareServerAndTell(program, { settings, tls });
  runTunnel({ program, settings, operands, standard: "network", prepare });
}

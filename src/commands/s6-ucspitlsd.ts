import { s6UcspitlsdLine, serverTunnelOptions } from "../cli/command-lines.ts";
import { UsageError } from "../cli/options.ts";
import { DEFAULTS, type TlsSettings } from "../cli/tls-options.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { runDelayed } from "./delayed.ts";
import { run } from "./run.ts";
import { prepareServerAndTell } from "./server.ts";

const program = "s6-ucspitlsd";

/** The program s6-ucspitlsd. */
export function s6Ucspitlsd(): void {
  run({ program, line: s6UcspitlsdLine, defaults: DEFAULTS, main });
}

function main(settings: TlsSettings, command: readonly string[]): void {
  if (command.length === 0) throw new UsageError("prog is missing");
  const environment = process.env;
  const tls = new TlsEnvironment(environment);
  runDelayed({
    program,
    settings,
    environment,
    tls,
    command,
    network: [0, 1],
    prepare: () => prepareServerAndTell(program, { settings, tls }),
    tunnel: { program: "s6-tlsd-io", options: () => serverTunnelOptions(settings) },
  });
}

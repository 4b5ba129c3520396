import { s6TlsdLine, serverTunnelOptions } from "../cli/command-lines.ts";
import { UsageError } from "../cli/options.ts";
import { DEFAULTS, type TlsSettings } from "../cli/tls-options.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { run } from "./run.ts";
import { prepareServerAndTell } from "./server.ts";
import { wrapProg } from "./wrap.ts";

const program = "s6-tlsd";

function main(settings: TlsSettings, command: readonly string[]): void {
  if (command.length === 0) throw new UsageError("prog is missing");
  const environment = process.env;
  const tls = new TlsEnvironment(environment);
  wrapProg({
    program,
    settings,
    environment,
    tls,
    command,
    network: [0, 1],
    cleartext: [0, 1],
    prepare: () => prepareServerAndTell(program, { settings, tls }),
    tunnel: { program: "s6-tlsd-io", options: () => serverTunnelOptions(settings) },
  });
}

run({ program, line: s6TlsdLine, defaults: DEFAULTS, main });

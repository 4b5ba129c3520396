import { CLIENT_DEFAULTS, UCSPI_DESCRIPTORS } from "../cli/client-options.ts";
import {
  type ClientProgramSettings,
  clientTunnelOptions,
  s6TlscLine,
} from "../cli/command-lines.ts";
import { UsageError } from "../cli/options.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { prepareAndTell } from "./client.ts";
import { run } from "./run.ts";
import { wrapProg } from "./wrap.ts";

const program = "s6-tlsc";

function main(settings: ClientProgramSettings, command: readonly string[]): void {
  if (command.length === 0) throw new UsageError("prog is missing");
  const network = [settings.readFd, settings.writeFd] as const;
  const environment = process.env;
  const tls = new TlsEnvironment(environment);
  wrapProg({
    program,
    settings,
    environment,
    tls,
    command,
    network,
    cleartext: network,
    prepare: () => prepareAndTell(program, { settings, tls }),
    tunnel: { program: "s6-tlsc-io", options: () => clientTunnelOptions(settings) },
  });
}

const defaults = { ...CLIENT_DEFAULTS, ...UCSPI_DESCRIPTORS };
run({ program, line: s6TlscLine, defaults, main });

import { CLIENT_DEFAULTS, UCSPI_DESCRIPTORS } from "../cli/client-options.ts";
import {
  type ClientProgramSettings,
  clientTunnelOptions,
  s6UcspitlscLine,
} from "../cli/command-lines.ts";
import { UsageError } from "../cli/options.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { prepareAndTell } from "./client.ts";
import { runDelayed } from "./delayed.ts";
import { run } from "./run.ts";

const program = "s6-ucspitlsc";

/** The program s6-ucspitlsc. */
export function s6Ucspitlsc(): void {
  run({
    program,
    line: s6UcspitlscLine,
    defaults: { ...CLIENT_DEFAULTS, ...UCSPI_DESCRIPTORS },
    main,
  });
}

function main(settings: ClientProgramSettings, command: readonly string[]): void {
  if (command.length === 0) throw new UsageError("prog is missing");
  const environment = process.env;
  const tls = new TlsEnvironment(environment);
  const network = [settings.readFd, settings.writeFd] as const;
  runDelayed({
    program,
    settings,
    environment,
    tls,
    command,
    network,
    prepare: () => prepareAndTell(program, { settings, tls }),
    tunnel: { program: "s6-tlsc-io", options: () => clientTunnelOptions(settings) },
  });
}

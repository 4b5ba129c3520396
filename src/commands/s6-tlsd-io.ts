import { type IoSettings, s6TlsdIoLine } from "../cli/command-lines.ts";
import { DEFAULTS } from "../cli/tls-options.ts";
import { prepareServer } from "../service/server-side.ts";
import { run } from "./run.ts";
import { runTunnel } from "./tunnel-alone.ts";

const program = "s6-tlsd-io";

function main(settings: IoSettings, operands: readonly string[]): void {
  runTunnel({
    program,
    settings,
    operands,
    standard: "network",
    prepare: () => prepareServer(settings, process.env),
  });
}

run({ program, line: s6TlsdIoLine, defaults: { ...DEFAULTS, notify: null }, main });

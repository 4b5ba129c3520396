import { s6TlsdLine } from "../cli/command-lines.ts";
import { UsageError } from "../cli/options.ts";
import { DEFAULTS, type TlsSettings } from "../cli/tls-options.ts";
import { engineOwner } from "../credentials/environment.ts";
import { requireOpen } from "../io/descriptors.ts";
import { EngineChild } from "./engine-child.ts";
import { OwnEngine } from "./own-engine.ts";
import { run } from "./run.ts";

const PROGRAM = "s6-tlsd";

function main(settings: TlsSettings, command: readonly string[]): void {
  if (command.length === 0) throw new UsageError("prog is missing");
  requireOpen(0);
  requireOpen(1);
  const { uid, gid } = engineOwner(process.env);
  const Service = uid === null && gid === null ? OwnEngine : EngineChild;
  new Service({ program: PROGRAM, settings, command }).start();
}

run({ program: PROGRAM, line: s6TlsdLine, defaults: DEFAULTS, main });

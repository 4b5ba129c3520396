import { closeSync, writeSync } from "node:fs";
import { type IoSettings, s6TlsdIoLine } from "../cli/command-lines.ts";
import { Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { UsageError, unsigned } from "../cli/options.ts";
import { DEFAULTS } from "../cli/tls-options.ts";
import { engineOwner } from "../credentials/environment.ts";
import { requireOpen, streamsOf } from "../io/descriptors.ts";
import { dropPrivileges, type Privileges } from "../program/privileges.ts";
import type { Session } from "../sandbox/engine.ts";
import { Connection } from "../service/connection.ts";
import { expectOneConnection, loadModule } from "../service/modules.ts";
import { loadCredentials, startEngine } from "../service/server-side.ts";
import { notification } from "../service/session-variables.ts";
import { peerOf, tellEnd } from "../service/summary.ts";
import { run } from "./run.ts";

const PROGRAM = "s6-tlsd-io";

function main(settings: IoSettings, operands: readonly string[]): void {
  if (operands.length !== 2) throw new UsageError("fdr and fdw are needed, and nothing else");
  const [fdr, fdw] = operands.map(unsigned) as [number, number];
  for (const fd of [0, 1, fdr, fdw, settings.notify]) {
    if (fd !== null) requireOpen(fd);
  }
  const { env } = process;
  const owner = engineOwner(env);
  expectOneConnection();
  const credentials = loadCredentials(loadModule("keeper"), settings, env);
  const { keeper } = credentials;
  const engine = startEngine(loadModule("engine"), credentials, env);
  drop(owner);
  const network = streamsOf(0, 1);
  const connection = new Connection({
    ...settings,
    engine,
    network,
    peer: peerOf(env, network.readable),
    established: (session) => {
      // There is no second handshake: the key has done its work.
      keeper.wipe();
      if (settings.notify !== null) tell(settings.notify, session);
      return streamsOf(fdr, fdw);
    },
    over: (failure) => {
      keeper.wipe();
      tellEnd(PROGRAM, settings.verbosity, connection.facts(failure));
      process.exit(failure?.exitCode ?? ExitCode.success);
    },
  });
}

/** @throws {Fatal} 111 unless we are root, or there is nothing to drop */
function drop(owner: Privileges): void {
  try {
    dropPrivileges(owner);
  } catch (error) {
    throw new Fatal(ExitCode.system, `unable to drop privileges: ${reasonOf(error)}`);
  }
}

/** @throws {Fatal} 111 if nobody can read it */
function tell(fd: number, session: Session): void {
  try {
    writeSync(fd, notification(session));
    closeSync(fd);
  } catch (error) {
    throw new Fatal(ExitCode.system, `unable to write to descriptor ${fd}: ${reasonOf(error)}`);
  }
}

run({ program: PROGRAM, line: s6TlsdIoLine, defaults: { ...DEFAULTS, notify: null }, main });

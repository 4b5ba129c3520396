import { closeSync, writeSync } from "node:fs";
import { SystemFailure } from "../cli/diagnostics.ts";
import { UsageError, unsigned } from "../cli/options.ts";
import type { TunnelOptions } from "../cli/tls-options.ts";
import { Connection } from "../connection/connection.ts";
import { ExitCode, exitCodeOf } from "../connection/exit-codes.ts";
import { notification } from "../connection/session-variables.ts";
import { peerOf, tellEnd } from "../connection/summary.ts";
import { watchForDeparture } from "../io/departed-reader.ts";
import { requireOpen, requireOpenForCleartext, streamsOf } from "../io/descriptors.ts";
import { dropPrivileges } from "../program/privileges.ts";
import type { Session } from "../sandbox/engine.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { expectOneConnection } from "../setup/modules.ts";
import { dropCredentialFiles } from "../setup/permissions.ts";
import { checkOnly } from "./check.ts";
import type { Sandboxes } from "./prog.ts";

export interface TunnelAlone {
  /** Our own name, for messages. */
  readonly program: string;
  readonly settings: TunnelOptions & { readonly notify: number | null };
  /** fdr and fdw. */
  readonly operands: readonly string[];
  /** Which side is on 0 and 1; the other one is on fdr and fdw. */
  readonly standard: "network" | "cleartext";
  /** Reads the credentials, and gets an engine ready. */
  readonly prepare: (tls: TlsEnvironment) => Sandboxes;
}

/** A tunnel between descriptors that are there already, without a prog. */
export function runTunnel(tunnel: TunnelAlone): void {
  const { program, settings, operands, standard } = tunnel;
  const environment = process.env;
  const tls = new TlsEnvironment(environment);
  const prepare = () => tunnel.prepare(tls);
  if (operands.length !== 2) throw new UsageError("fdr and fdw are needed, and nothing else");
  const [fdr, fdw] = operands.map(unsigned) as [number, number];
  const owner = tls.engineOwner();
  if (settings.check) checkOnly({ program, settings, command: null, environment, prepare });
  expectOneConnection();
  // First, as the original does: a key that can't be read is 96 whatever the descriptors are.
  const { engine, keeper } = prepare();
  const isServer = standard === "network";
  const [networkFds, cleartextFds] = isServer ? [STANDARD, [fdr, fdw]] : [[fdr, fdw], STANDARD];
  for (const fd of networkFds) requireOpen(fd);
  for (const fd of cleartextFds) requireOpenForCleartext(fd);
  if (settings.notify !== null) requireOpen(settings.notify);
  dropPrivileges(owner);
  dropCredentialFiles([environment]);
  const network = isServer ? streamsOf(0, 1) : streamsOf(fdr, fdw);
  const connection = new Connection({
    ...settings,
    engine,
    network,
    peer: peerOf(environment, network.readable),
    keyUsed: () => keeper?.wipe(),
    established: (session) => {
      if (settings.notify !== null) tell(settings.notify, session);
      const [from, to] = isServer ? [fdr, fdw] : STANDARD;
      const cleartext = streamsOf(from, to);
      watchForDeparture({ ...cleartext, fdw: to });
      return cleartext;
    },
    over: (failure) => {
      tellEnd(program, settings.verbosity, connection.facts(failure));
      process.exit(failure === null ? ExitCode.success : exitCodeOf(failure));
    },
  });
}

/** Standard input and output. */
const STANDARD = [0, 1] as const;

/** @throws {SystemFailure} if it can't be read */
function tell(fd: number, session: Session): void {
  try {
    writeSync(fd, notification(session));
    closeSync(fd);
  } catch (error) {
    throw new SystemFailure(`unable to write to descriptor ${fd}`, error);
  }
}

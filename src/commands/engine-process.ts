import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { complain, SystemFailure } from "../cli/diagnostics.ts";
import { leaveToOthers } from "../io/descriptors.ts";
import { isInherited } from "../io/inheritance.ts";
import { makePipes, type Pipe } from "../io/pipes.ts";
import { childProcesses, descriptorNamedBy, pathOfDescriptor } from "../io/platform.ts";
import { confiner, whatHolds } from "../program/confinement.ts";
import { type Ending, endingOf } from "../program/program.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { permissionOptions } from "../setup/permissions.ts";
import type { Wrapping } from "./prog.ts";

export interface EngineProcess {
  readonly program: "s6-tlsd-io" | "s6-tlsc-io";
  readonly options: () => readonly string[];
  readonly network: readonly [number, number] | Socket;
  /** What it reads cleartext from, and writes it to. */
  readonly cleartext: readonly [read: number, write: number];
  /** All that it told when its handshake was done, which may be nothing. */
  readonly notified: (block: Buffer) => void;
  /** Called after `notified`. */
  readonly ended: (ending: Ending) => void;
  /** What to tell the operator: by what that process is held. */
  readonly tell: (text: string) => void;
  /** It could not be started. */
  readonly failed: (error: Error) => void;
}

/**
 * What leads from the engine to prog, and from prog to the engine.
 *
 * @throws {SystemFailure} if they can't be made
 */
export function pipesForProgram(): [toProgram: Pipe, fromProgram: Pipe] {
  try {
    return makePipes(2) as [Pipe, Pipe];
  } catch (error) {
    throw new SystemFailure("unable to make pipes", error);
  }
}

/** Descriptors of its own: its two operands, and the notification. */
const [FDR, FDW, NOTIFY] = [3, 4, 5];

/**
 * Where a variable names a file by a descriptor of ours, the other process has it, too: under our
 * number, so that messages name it as we were told, or under a free one.
 *
 * @param standard what it has from 0 on
 */
function withFilesBehind(
  environment: NodeJS.ProcessEnv,
  standard: readonly (number | "pipe" | Socket)[],
) {
  const files = [...new TlsEnvironment(environment).files].flatMap(([name, path]) => {
    const fd = descriptorNamedBy(path);
    // What reads the file says that it isn't there.
    return fd !== null && isInherited(fd) ? [{ name, fd }] : [];
  });
  const last = Math.max(standard.length - 1, ...files.map(({ fd }) => fd));
  const free = Array<"ignore" | number>(last + 1 - standard.length).fill("ignore");
  const stdio = [...standard, ...free];
  const env = { ...environment };
  for (const { fd } of files) if (fd >= standard.length) stdio[fd] = fd;
  for (const { name, fd } of files) {
    if (fd < standard.length) env[name] = pathOfDescriptor(stdio.push(fd) - 1);
  }
  return { env, stdio };
}

/**
 * The tunnel alone, in a process of its own, which reads the keys and becomes TLS_UID and TLS_GID
 * before it touches the network. The network is then its own.
 */
export function startEngineProcess(settings: EngineProcess): ChildProcess {
  const { network: source, cleartext, program } = settings;
  const network = source instanceof Socket ? [source, source] : source;
  const launcher = join(__dirname, "..", "bin", program);
  const options = [...settings.options(), "-d", `${NOTIFY}`, "--", `${FDR}`, `${FDW}`];
  const [standard, operands] =
    program === "s6-tlsd-io" ? [network, cleartext] : [cleartext, network];
  const ownStdio = [...standard, 2, ...operands, "pipe" as const];
  const surroundings = withFilesBehind(process.env, ownStdio);
  const reopened = program === "s6-tlsd-io" ? FDW : 1;
  const duty = { launcher, environments: [surroundings.env], reopened };
  const permissions = permissionOptions(duty);
  const node = [process.execPath, ...process.execArgv, ...(permissions ?? [])];
  const [file = "", ...args] = confinedForRoot([...node, launcher, ...options]);
  const isConfined = file !== process.execPath;
  settings.tell(`${program} runs ${whatHolds(isConfined, permissions !== null)}`);
  const child = childProcesses().spawn(file, args, surroundings);
  child.on("error", (error) => {
    settings.failed(new SystemFailure(`unable to run ${launcher}`, error));
  });
  // Not "exit": what it told before may still have to be read.
  child.on("close", (code, signal) => settings.ended(endingOf(code, signal)));
  // Without descriptors, Node makes no pipes, and says why a moment later.
  if (child.stdio === undefined) return child;
  if (source instanceof Socket) source.destroy();
  else leaveToOthers(...new Set(source));
  const chunks: Buffer[] = [];
  const notification = child.stdio[NOTIFY] as Readable;
  notification.on("data", (chunk: Buffer) => chunks.push(chunk));
  notification.on("end", () => settings.notified(Buffer.concat(chunks)));
  return child;
}

/** From -v 2 on. */
export function tellHow({ program, settings }: Wrapping, text: string): void {
  if (settings.verbosity > 1) complain(program, "info", text);
}

/** It gives root's rights up, and is never to get them back. Others have none to give. */
function confinedForRoot(command: readonly string[]): readonly string[] {
  const confinement = process.getuid?.() === 0 ? confiner() : null;
  if (confinement === null) return command;
  return [confinement.setpriv, ...confinement.options, ...command];
}

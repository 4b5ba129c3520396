import { availableParallelism } from "node:os";
import { wantsAccess } from "../cli/access-options.ts";
import { UsageError } from "../cli/options.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { SERVER_DEFAULTS, s6TlsserverLine } from "../cli/super-server-line.ts";
import { requireOpen } from "../io/descriptors.ts";
import { descriptorLimit } from "../io/platform.ts";
import { whyMissing } from "../program/exec.ts";
import type { Privileges } from "../program/privileges.ts";
import { Access } from "../server/access.ts";
import { AccessProcess } from "../server/access-process.ts";
import { listenAddress } from "../server/address.ts";
import { serveCopies } from "../server/copier.ts";
import { roomFor } from "../server/descriptors.ts";
import { ownerOf, usersOf } from "../server/ids.ts";
import { Log } from "../server/log.ts";
import { Primary } from "../server/primary.ts";
import { requireSetprivFor } from "../server/prog-starter.ts";
import { warnOfLiars } from "../server/proxies.ts";
import { roleOf } from "../server/roles.ts";
import { serveAccess } from "../server/serve-access.ts";
import { programService } from "../server/services.ts";
import { Worker } from "../server/worker.ts";
import { EnvironmentError } from "../setup/environment.ts";
import { fail } from "./fail.ts";
import { run } from "./run.ts";
import { startSpawner } from "./spawner.ts";

const PROGRAM = "s6-tlsserver";

/** The user and the group without rights, by convention. */
const NOBODY = 65534;

/** systemd passes sockets from this descriptor on (sd_listen_fds(3)). */
const LISTEN_FDS_START = 3;

/** The program s6-tlsserver. */
export function s6Tlsserver(): void {
  run({ program: PROGRAM, line: s6TlsserverLine, defaults: SERVER_DEFAULTS, main });
}

function main(server: SuperServerSettings, operands: readonly string[]): void {
  const [ip, port, ...command] = operands;
  if (ip === undefined || port === undefined || command.length === 0) {
    throw new UsageError("ip, port and prog are needed");
  }
  switch (roleOf(process.env)) {
    case "copier":
      serveCopies();
      break;
    case "spawner":
      startSpawner(server, command);
      break;
    case "access":
      serveAccess({ server, owner: accessOwner(server, process.env) });
      break;
    case "worker":
      startWorker(server, command);
      break;
    default:
      startPrimary(server, { ip, port, command });
  }
}

function logOf({ logLevel, logFormat }: SuperServerSettings): Log {
  return new Log({ program: PROGRAM, logLevel, logFormat });
}

function startWorker(server: SuperServerSettings, command: readonly string[]): void {
  const service = programService(server);
  new Worker({ server, command, log: logOf(server), service }).start();
}

interface Operands {
  readonly ip: string;
  readonly port: string;
  readonly command: readonly string[];
}

function startPrimary(server: SuperServerSettings, { ip, port, command }: Operands): void {
  const log = logOf(server);
  const share = perAddress(server);
  const settings = {
    server,
    access: accessOf(server, log),
    startsProgs: true,
    address: listenAddress({ ip, port }, server),
    listenFd: server.listenFd ?? inheritedSocket(process.env),
    workers: server.check ? 1 : workersOf(server),
    maxPerAddress: () => share,
    room: roomFor(descriptorLimit()),
    log,
  };
  warnOfLiars(server, log);
  warnOfMissing(command, log);
  warnOfOrphans(log);
  if (settings.listenFd !== null) requireOpen(settings.listenFd);
  const { prog } = usersOf(server, process.env);
  if (prog !== null) requireSetprivFor(prog);
  new Primary(settings).start().catch((error: unknown) => fail(PROGRAM, error, server.logFormat));
}

function workersOf({ workers, maxConnections }: SuperServerSettings): number {
  return Math.min(workers ?? availableParallelism(), maxConnections);
}

/** One address must not hold every slot, unless -C says that it may. */
function perAddress(server: SuperServerSettings): number {
  const { maxConnections, maxPerAddress, proxyProtocol, proxies } = server;
  // All clients of a proxy come from its address.
  if (maxPerAddress === null && proxyProtocol && proxies.length === 0) return maxConnections;
  if (maxPerAddress === null) return Math.ceil(maxConnections / 2);
  if (maxPerAddress <= maxConnections) return maxPerAddress;
  throw new UsageError(`-C ${maxPerAddress} allows more than -c ${maxConnections}`);
}

/** null: a client has nothing to go through. */
function accessOf(server: SuperServerSettings, log: Log): Access | null {
  if (!wantsAccess(server)) return null;
  const { accessLevel, banner } = server;
  const process = new AccessProcess({ log, logsProblems: accessLevel >= 3 });
  return new Access({ process, banner, logsRefusals: accessLevel >= 2, log });
}

/** A process that parses what DNS and IDENT say is not root, whatever prog is. */
function accessOwner(server: SuperServerSettings, env: NodeJS.ProcessEnv): Privileges | null {
  if (process.getuid?.() !== 0) return null;
  const { uid, gid } = ownerOf(server, env);
  return { uid: uid || NOBODY, gid: gid || NOBODY, groups: [] };
}

/** @throws {EnvironmentError} for more than one: clients of the others would wait for ever */
function inheritedSocket({ LISTEN_FDS, LISTEN_PID }: NodeJS.ProcessEnv): number | null {
  const isForUs = LISTEN_PID === `${process.pid}` && Number(LISTEN_FDS) >= 1;
  if (isForUs && Number(LISTEN_FDS) > 1) {
    throw new EnvironmentError(
      `LISTEN_FDS is ${LISTEN_FDS}: one socket is listened on; start a server for each of them`,
    );
  }
  return isForUs ? LISTEN_FDS_START : null;
}

/** Each connection would fail; the program may still be put there. */
function warnOfMissing(command: readonly string[], log: Log): void {
  const missing = whyMissing(command, process.env);
  if (missing !== null) log.caution(missing);
}

/** Node waits for its own children alone. */
function warnOfOrphans(log: Log): void {
  if (process.pid !== 1) return;
  log.caution(
    "this is process 1, and children that progs leave behind would stay as zombies: start it under an init (docker run --init)",
  );
}

import { availableParallelism } from "node:os";
import { SERVER_DEFAULTS, s6TlsserverLine } from "../cli/command-lines.ts";
import { UsageError } from "../cli/options.ts";
import type { ServerSettings } from "../cli/server-options.ts";
import { requireOpen } from "../io/descriptors.ts";
import { parseAddress } from "../server/address.ts";
import { descriptorLimit, roomFor } from "../server/descriptors.ts";
import { ownerOf } from "../server/ids.ts";
import { Log } from "../server/log.ts";
import { Primary } from "../server/primary.ts";
import { roleOf } from "../server/roles.ts";
import { Worker } from "../server/worker.ts";
import { EnvironmentError, engineOwner } from "../setup/environment.ts";
import { fail } from "./fail.ts";
import { run } from "./run.ts";

const PROGRAM = "s6-tlsserver";

/** systemd passes sockets from this descriptor on (sd_listen_fds(3)). */
const LISTEN_FDS_START = 3;

function main(server: ServerSettings, operands: readonly string[]): void {
  const [ip, port, ...command] = operands;
  if (ip === undefined || port === undefined || command.length === 0) {
    throw new UsageError("ip, port and prog are needed");
  }
  const { logLevel, logFormat } = server;
  const log = new Log({ program: PROGRAM, logLevel, logFormat });
  if (roleOf(process.env) === "worker") {
    new Worker({ server, command, log }).start();
    return;
  }
  const settings = {
    server,
    address: parseAddress(ip, port),
    listenFd: server.listenFd ?? inheritedSocket(process.env),
    workers: Math.min(server.workers ?? availableParallelism(), server.maxConnections),
    maxPerAddress: perAddress(server),
    room: roomFor(descriptorLimit()),
    log,
  };
  if (settings.listenFd !== null) requireOpen(settings.listenFd);
  ownerOf(server, process.env);
  refuseEngineOwner(process.env);
  new Primary(settings).start().catch((error: unknown) => fail(PROGRAM, error));
}

/** One address must not hold every slot, unless -C says that it may. */
function perAddress({ maxConnections, maxPerAddress }: ServerSettings): number {
  if (maxPerAddress === null) return Math.ceil(maxConnections / 2);
  if (maxPerAddress <= maxConnections) return maxPerAddress;
  throw new UsageError(`-C ${maxPerAddress} allows more than -c ${maxConnections}`);
}

/** Engines of many connections live in one process: it can't be somebody else for prog's sake. */
function refuseEngineOwner(env: NodeJS.ProcessEnv): void {
  const { uid, gid } = engineOwner(env);
  if (uid === null && gid === null) return;
  throw new EnvironmentError("TLS_UID and TLS_GID are for s6-tlsd; here there are -u and -g");
}

function inheritedSocket({ LISTEN_FDS, LISTEN_PID }: NodeJS.ProcessEnv): number | null {
  const isForUs = LISTEN_PID === `${process.pid}` && Number(LISTEN_FDS) >= 1;
  return isForUs ? LISTEN_FDS_START : null;
}

run({ program: PROGRAM, line: s6TlsserverLine, defaults: SERVER_DEFAULTS, main });

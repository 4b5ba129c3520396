import { writeSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { isLoopback, type Listening, nameOf, staysHere } from "../cli/addresses.ts";
import {
  bearhugClientLine,
  bearhugServerLine,
  RELAY_DEFAULTS,
  type RelaySettings,
} from "../cli/bearhug-options.ts";
import { complain } from "../cli/diagnostics.ts";
import { UsageError } from "../cli/options.ts";
import { ExitCode } from "../connection/exit-codes.ts";
import { whyNoHostName } from "../credentials/server-names.ts";
import { requireOpen } from "../io/descriptors.ts";
import { descriptorLimit } from "../io/platform.ts";
import { removeStale } from "../io/stale-socket.ts";
import { addressesOf } from "../lookup/host-addresses.ts";
import { serveCopies } from "../server/copier.ts";
import { roomFor } from "../server/descriptors.ts";
import { usersOf } from "../server/ids.ts";
import { Log } from "../server/log.ts";
import { Primary } from "../server/primary.ts";
import { warnOfLiars } from "../server/proxies.ts";
import { roleOf } from "../server/roles.ts";
import { relayService } from "../server/services.ts";
import { Worker } from "../server/worker.ts";
import { fail } from "./fail.ts";
import { run } from "./run.ts";

const LINES = { server: bearhugServerLine, client: bearhugClientLine };

type Role = keyof typeof LINES;

const OVERVIEW = `bearhug: TLS in a sandbox, for addresses and for programs
  bearhug server --listen ADDRESS --connect ADDRESS   TLS in, plain out
  bearhug client --listen ADDRESS --connect HOST:PORT plain in, TLS out
  bearhug check server|client ...                     only checks options, keys and certificates
  s6-tlsserver IP PORT PROG...     a TLS super-server: a program for each client
  s6-tlsclient HOST PORT PROG...   a program that talks to a TLS server
  s6-tlsd, s6-tlsc PROG...         the same behind a super-server, or a client, of yours
  s6-tlsd-io, s6-tlsc-io FDR FDW   one connection, between descriptors
  s6-ucspitlsd, s6-ucspitlsc       TLS when the program asks for it, as with STARTTLS
Each of them knows --help. There is a manual page for each, and docs/ of the package has topics.
`;

/** systemd passes sockets from this descriptor on (sd_listen_fds(3)). */
const LISTEN_FDS_START = 3;

function main(role: Role, given: RelaySettings): void {
  const program = `bearhug ${role}`;
  const settings = completed(role, given);
  const processRole = roleOf(process.env);
  if (processRole === "copier") {
    serveCopies();
    return;
  }
  const { logLevel, logFormat } = settings;
  const log = new Log({ program, logLevel, logFormat });
  if (processRole === "worker") {
    const service = relayService(role, settings, (host, signal) =>
      addressesOf({ host, families: [4, 6], qualify: true }, signal),
    );
    new Worker({ server: settings, command: [], log, service }).start();
    return;
  }
  usersOf(settings, process.env);
  warnOfLiars(settings, log);
  start(role, settings, log).catch((error: unknown) => fail(program, error, logFormat));
}

async function start(role: Role, settings: RelaySettings, log: Log): Promise<void> {
  const { maxConnections } = settings;
  const { listen } = settings as { listen: Listening };
  const listenFd = descriptorOf(listen);
  if (listenFd !== null) requireOpen(listenFd);
  if ("path" in listen && !settings.check) await removeStale(listen.path);
  await new Primary({
    server: settings,
    access: null,
    address: "path" in listen || "host" in listen ? listen : { host: "::", port: 0 },
    takesLocal: true,
    startsProgs: false,
    listenFd,
    workers: settings.check
      ? 1
      : Math.min(settings.workers ?? availableParallelism(), maxConnections),
    maxPerAddress: (place) => perAddress(role, settings, place),
    room: roomFor(descriptorLimit()),
    log,
  }).start();
}

/** @throws {UsageError} for what is missing, or doesn't go together */
function completed(role: Role, given: RelaySettings): RelaySettings {
  const { listen, connect, files, unsafePlain, maxConnections, maxPerAddress } = given;
  if (listen === null) throw new UsageError("--listen is missing: where clients connect to");
  if (connect.length === 0) throw new UsageError("--connect is missing: where connections go to");
  if (maxPerAddress !== null && maxPerAddress > maxConnections) {
    throw new UsageError(`-C ${maxPerAddress} allows more than -c ${maxConnections}`);
  }
  if ("TLS_UID" in process.env || "TLS_GID" in process.env) {
    throw new UsageError("TLS_UID and TLS_GID are for servers with a prog; -u and -g are meant");
  }
  const problem = given.serverName === null ? null : whyNoHostName(given.serverName);
  if (problem !== null) throw new UsageError(`--servername: ${problem}`);
  const local = connect.find((target) => "path" in target);
  if (role === "client" && local !== undefined) {
    throw new UsageError(`--connect: ${nameOf(local)} has no name to verify; write HOST:PORT`);
  }
  const plain = role === "server" ? connect : [listen];
  const open = plain.find((address) => !staysHere(address));
  if (open !== undefined && !unsafePlain) throw notEncrypted(role, nameOf(open));
  // Workers get them by their own command line.
  Object.assign(process.env, files);
  if (files["CAFILE"] !== undefined) delete process.env["CADIR"];
  if (given.allowClearCancel && given.starttls !== "postgresql") {
    throw new UsageError("--allow-clear-cancel is for --starttls postgresql");
  }
  if (role === "server") checkAdmission(given);
  return { ...given, clientCertificate: certificateOf(role, given) };
}

/** @throws {UsageError} for a list of clients that nothing would hold them to */
function checkAdmission({ admitted, admitsAll, clientCertificate }: RelaySettings): void {
  if (admitted.length === 0 && !admitsAll) return;
  if (admitted.length > 0 && admitsAll) {
    throw new UsageError("--allow-all lets in all, and the other --allow-… only some: give one");
  }
  if (!("CAFILE" in process.env) && !("CADIR" in process.env)) {
    throw new UsageError("--allow-…: --cacert is missing: the CAs that vouch for clients");
  }
  if (clientCertificate === "optional") {
    throw new UsageError("--allow-… needs a certificate of each client, and -Y doesn't demand one");
  }
}

function notEncrypted(role: Role, place: string): UsageError {
  const option = role === "server" ? "--connect" : "--listen";
  return new UsageError(
    `${option}: ${place} is neither a loopback address nor a UNIX socket, and what passes there is not encrypted; --unsafe-plain allows it`,
  );
}

/**
 * All clients of this machine have one address.
 *
 * @param place where an inherited socket listens is known only now
 * @throws {UsageError} if what passes there in clear could leave this machine
 */
function perAddress(role: Role, settings: RelaySettings, place: AddressInfo | string): number {
  const { maxConnections, maxPerAddress, unsafePlain } = settings;
  const isHere = typeof place === "string" || isLoopback(place.address);
  if (role === "client" && !isHere && !unsafePlain) {
    throw notEncrypted(role, nameOf({ host: place.address, port: place.port }));
  }
  // All clients of a proxy come from its address.
  const isOne = isHere || (settings.proxyProtocol && settings.proxies.length === 0);
  return maxPerAddress ?? (isOne ? maxConnections : Math.ceil(maxConnections / 2));
}

function certificateOf(
  role: Role,
  { clientCertificate, files, admitted, admitsAll }: RelaySettings,
): RelaySettings["clientCertificate"] {
  if (role === "server") {
    const isDemanded = "CAFILE" in files || admitted.length > 0 || admitsAll;
    return clientCertificate === "none" && isDemanded ? "mandatory" : clientCertificate;
  }
  return "CERTFILE" in process.env || "KEYFILE" in process.env ? "mandatory" : "none";
}

/** null: it is no inherited one. */
function descriptorOf(listen: Listening): number | null {
  if ("fd" in listen) return listen.fd;
  if (!("systemd" in listen)) return null;
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = "" } = process.env;
  const isForUs = LISTEN_PID === `${process.pid}`;
  const names = isForUs ? LISTEN_FDNAMES.split(":").slice(0, Number(LISTEN_FDS)) : [];
  const at = names.indexOf(listen.systemd);
  if (at !== -1) return LISTEN_FDS_START + at;
  const there = names.length === 0 ? "it passed none" : `it passed ${names.join(", ")}`;
  throw new UsageError(`--listen: no socket of systemd's is named ${listen.systemd}; ${there}`);
}

/** The program bearhug. */
export function bearhug(): void {
  const words = process.argv.slice(2);
  const [word, ...rest] = words;
  if (word === "server" || word === "client") {
    runRelay(word, rest);
  } else if (word === "check" && (rest[0] === "server" || rest[0] === "client")) {
    runRelay(rest[0], ["--check", ...rest.slice(1)]);
  } else if (word === undefined || word === "--help") {
    writeSync(1, OVERVIEW);
  } else if (word === "--version") {
    run({ program: "bearhug", line: bearhugServerLine, defaults: RELAY_DEFAULTS, main: () => {} });
  } else {
    complain(
      "bearhug",
      "usage",
      `unknown command ${words.join(" ")}; there are server, client, check server and check client`,
    );
    process.exit(ExitCode.usage);
  }
}

function runRelay(role: Role, args: readonly string[]): void {
  run({
    ...{ program: `bearhug ${role}`, line: LINES[role], defaults: RELAY_DEFAULTS, args },
    main: (settings, operands) => {
      if (operands.length === 0) return main(role, settings);
      throw new UsageError(`unexpected word: ${operands[0]}`);
    },
  });
}

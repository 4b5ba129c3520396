import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { childrenOf, kill, membersOf } from "./processes.ts";
import { startReaped } from "./reaper.ts";
import { program, repository } from "./repository.ts";
import { type Credentials, inDer, scratchFile } from "./scratch.ts";
import { RSA_SUITE, SUITES } from "./suites.ts";
import { until } from "./waiting.ts";

/** Someone who speaks TLS on a port of the loopback, with a program behind each connection. */
export interface Server<Name = AnyServerName> {
  readonly name: Name;
  readonly port: number;
  /** Its process group: the server, and all that it starts. */
  readonly group: number;
  /** The processes that are there without any connection. */
  readonly standing: readonly number[];
  /** The process that carries the connection that began last. */
  carrier(): number;
  /** Waits until all connections are over, so that nothing of them disturbs what comes next. */
  quiet(): Promise<void>;
  close(): void;
}

/**
 * For one connection at a time. bearhug is s6-tlsd and native-bearssl is bench/native-tunnel.c, both
 * started by tcpserver; node-tls is bench/node-tls-server.mjs.
 */
export const SERVER_NAMES = ["bearhug", "native-bearssl", "stunnel", "socat", "node-tls"] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/** For many at once; tcpserver starts s6-tlsd. */
export const SUPER_SERVER_NAMES = ["s6-tlsserver", "stunnel", "socat", "tcpserver"] as const;
export type SuperServerName = (typeof SUPER_SERVER_NAMES)[number];

/** s6-tlsserver as it is, and with a user for engines and another one for progs, which root can start. */
export const USER_COUNTS = ["one-user", "three-users"] as const;
export type UserCount = (typeof USER_COUNTS)[number];

type AnyServerName = ServerName | SuperServerName | UserCount;

export interface Service {
  readonly credentials: Credentials;
  /** An executable file, without arguments. */
  readonly prog: string;
}

/** More connections at once than are opened here. */
const NO_LIMIT = "10000";

/** They have a process for all connections, the others one for each. */
const ONE_FOR_ALL: readonly AnyServerName[] = ["stunnel", "node-tls"];

const CIPHERS = [...SUITES, RSA_SUITE].join(":");

export async function serve<Name extends AnyServerName>(
  name: Name,
  service: Service,
): Promise<Server<Name>> {
  const port = await freePort();
  const child = STARTERS[name](service, port);
  const group = child.pid ?? 0;
  await until(`starting ${name}`, () => {
    if (child.exitCode !== null) throw new Error(`${name} exited with ${child.exitCode}`);
    return isListening(port);
  });
  const standing = membersOf(group);
  const [pid = group] = childrenOf(group);
  return {
    name,
    port,
    group,
    standing,
    carrier: () => (ONE_FOR_ALL.includes(name) ? pid : (childrenOf(pid)[0] ?? pid)),
    quiet: () => until(`a connection of ${name}`, () => membersOf(group).length <= standing.length),
    close: () => kill(child),
  };
}

type Starter = (service: Service, port: number) => ChildProcess;

const tcpserver: Starter = ({ credentials, prog }, port) =>
  startReaped([...listen(port), program("s6-tlsd"), prog], { environment: variables(credentials) });

function listen(port: number): string[] {
  return ["tcpserver", "-RHl0", "-c", NO_LIMIT, "127.0.0.1", String(port)];
}

const tlsserver: Starter = ({ credentials, prog }, port) => {
  const limits = ["-c", NO_LIMIT, "-C", NO_LIMIT];
  return startReaped([program("s6-tlsserver"), ...limits, "127.0.0.1", String(port), prog], {
    environment: variables(credentials),
  });
};

const STARTERS: Record<AnyServerName, Starter> = {
  "s6-tlsserver": tlsserver,
  "one-user": tlsserver,

  "three-users": ({ credentials, prog }, port) => {
    const options = ["-c", NO_LIMIT, "-C", NO_LIMIT, "-u", "33", "-g", "33"];
    return startReaped([program("s6-tlsserver"), ...options, "127.0.0.1", String(port), prog], {
      environment: { ...variables(credentials), TLS_UID: "65534", TLS_GID: "65534" },
    });
  },

  tcpserver,
  bearhug: tcpserver,

  "native-bearssl": ({ credentials, prog }, port) =>
    startReaped([...listen(port), join(repository, "build/bench-native-tunnel"), prog], {
      environment: variables(inDer(credentials)),
    }),

  "node-tls": ({ credentials, prog }, port) => {
    const script = join(repository, "bench/node-tls-server.mjs");
    return startReaped([process.execPath, script, String(port), prog], {
      environment: { ...variables(credentials), CIPHERS },
    });
  },

  stunnel: ({ credentials, prog }, port) => {
    const lines = [
      "foreground = yes",
      "debug = emerg",
      "pid =",
      "[bench]",
      `accept = 127.0.0.1:${port}`,
      `exec = ${prog}`,
      `cert = ${credentials.certFile}`,
      `key = ${credentials.keyFile}`,
      "sslVersion = TLSv1.2",
      `ciphers = ${CIPHERS}`,
    ];
    return startReaped(["stunnel4", scratchFile(`stunnel-${port}.conf`, `${lines.join("\n")}\n`)]);
  },

  // With its own 8 KiB buffers, socat would be slower by a quarter.
  socat: ({ credentials, prog }, port) => {
    const options = [
      `OPENSSL-LISTEN:${port}`,
      "bind=127.0.0.1",
      "reuseaddr",
      "fork",
      "nodelay",
      "backlog=511",
      `cert=${credentials.certFile}`,
      `key=${credentials.keyFile}`,
      "verify=0",
      "openssl-max-proto-version=TLS1.2",
      `cipher=${CIPHERS}`,
    ];
    return startReaped(["socat", "-b", "65536", options.join(","), `EXEC:${prog}`]);
  },
};

function variables({ keyFile, certFile }: Credentials): Record<string, string> {
  return { KEYFILE: keyFile, CERTFILE: certFile };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Asks the kernel: a connection, to find out, would be served. 0A is LISTEN. */
export function isListening(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .some(([, address, , state]) => address?.endsWith(local) === true && state === "0A");
}

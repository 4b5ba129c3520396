import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { childrenOf, kill, start } from "./processes.ts";
import { program } from "./repository.ts";
import { type Credentials, scratchFile } from "./scratch.ts";
import { SUITES } from "./suites.ts";
import { until } from "./waiting.ts";

/** Someone who speaks TLS on a port of the loopback, with a program behind each connection. */
export interface Server {
  readonly name: ServerName;
  readonly port: number;
  /** The process that carries the connection that began last. */
  carrier(): number;
  /** Waits until all connections are over, so that nothing of them disturbs what comes next. */
  quiet(): Promise<void>;
  close(): void;
}

export const SERVER_NAMES = ["bearhug", "stunnel", "socat"] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

export interface Service {
  readonly credentials: Credentials;
  /** An executable file, without arguments. */
  readonly prog: string;
}

export async function serve(name: ServerName, service: Service): Promise<Server> {
  const port = await freePort();
  const child = STARTERS[name](service, port);
  const pid = child.pid ?? 0;
  await until(`starting ${name}`, () => {
    if (child.exitCode !== null) throw new Error(`${name} exited with ${child.exitCode}`);
    return isListening(port);
  });
  // stunnel has a thread for each connection, the others a process.
  const carrier = () => (name === "stunnel" ? pid : (childrenOf(pid)[0] ?? pid));
  const quiet = () => until(`a connection of ${name}`, () => childrenOf(pid).length === 0);
  return { name, port, carrier, quiet, close: () => kill(child) };
}

const STARTERS: Record<ServerName, (service: Service, port: number) => ChildProcess> = {
  bearhug: ({ credentials, prog }, port) =>
    start(["tcpserver", "-RHl0", "127.0.0.1", String(port), program("s6-tlsd"), prog], {
      environment: { KEYFILE: credentials.keyFile, CERTFILE: credentials.certFile },
    }),

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
      `ciphers = ${SUITES.join(":")}`,
    ];
    return start(["stunnel4", scratchFile(`stunnel-${port}.conf`, `${lines.join("\n")}\n`)]);
  },

  // With its own 8 KiB buffers, socat would be slower by a quarter.
  socat: ({ credentials, prog }, port) => {
    const options = [
      `OPENSSL-LISTEN:${port}`,
      "bind=127.0.0.1",
      "reuseaddr",
      "fork",
      "nodelay",
      `cert=${credentials.certFile}`,
      `key=${credentials.keyFile}`,
      "verify=0",
      "openssl-max-proto-version=TLS1.2",
      `cipher=${SUITES.join(":")}`,
    ];
    return start(["socat", "-b", "65536", options.join(","), `EXEC:${prog}`]);
  },
};

function freePort(): Promise<number> {
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
function isListening(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .some(([, address, , state]) => address?.endsWith(local) === true && state === "0A");
}

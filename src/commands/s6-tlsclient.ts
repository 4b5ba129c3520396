import { isIP, type Socket } from "node:net";
import { CLIENT_DEFAULTS, DIAL_DEFAULTS, UCSPI_DESCRIPTORS } from "../cli/client-options.ts";
import { s6TlsclientLine, type TcpClientSettings } from "../cli/command-lines.ts";
import { Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { UsageError } from "../cli/options.ts";
import { parsePort } from "../cli/port.ts";
import { endsOf, tcpVariables } from "../connection/tcp-variables.ts";
import { timerDelay } from "../connection/timers.ts";
import { dial } from "../io/dial.ts";
import { startingEnvironment } from "../program/environment.ts";
import { anchorSource } from "../setup/environment.ts";
import { clientTunnelOptions, prepareAndTell } from "./client.ts";
import { fail } from "./fail.ts";
import { run } from "./run.ts";
import { wrap } from "./wrap.ts";

const program = "s6-tlsclient";

function main(given: TcpClientSettings, operands: readonly string[]): void {
  const [host, portText, ...command] = operands;
  if (host === undefined || portText === undefined || command.length === 0) {
    throw new UsageError("host, port and prog are needed");
  }
  if (!given.lookUp && isIP(host) === 0) throw new UsageError(`not an IP address: ${host}`);
  const asked = given.lookUp && isIP(host) === 0 ? host : null;
  const settings = { ...given, serverName: given.serverName ?? asked };
  const port = parsePort(portText);
  const starting = startingEnvironment();
  // Nobody is called before it is known that they can be verified.
  anchorSource(starting);
  connect(settings, { host, port })
    .then((socket) => {
      const environment = { ...starting, ...addresses(socket, host) };
      const { readFd, writeFd } = UCSPI_DESCRIPTORS;
      wrap({
        program,
        settings,
        environment,
        command,
        network: socket,
        cleartext: [readFd, writeFd],
        prepare: () => prepareAndTell(program, { settings, environment }),
        tunnel: { program: "s6-tlsc-io", options: clientTunnelOptions(settings) },
      });
    })
    .catch((error: unknown) => fail(program, error));
}

/** @throws {Fatal} (the promise) 111 if nobody answers */
async function connect(
  settings: TcpClientSettings,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Socket> {
  const { connectTimeout, delay } = settings;
  const timeout = timerDelay(connectTimeout);
  try {
    const socket = await dial({ ...settings, host, port, timeout });
    return socket.setNoDelay(!delay);
  } catch (error) {
    const reason = reasonOf(error);
    throw new Fatal(ExitCode.system, `unable to connect to ${host} port ${port}: ${reason}`);
  }
}

function addresses(socket: Socket, host: string): NodeJS.ProcessEnv {
  const ends = endsOf(socket);
  return { TCPREMOTEHOST: host, ...(ends && Object.fromEntries(tcpVariables(ends))) };
}

run({
  program,
  line: s6TlsclientLine,
  defaults: { ...CLIENT_DEFAULTS, ...DIAL_DEFAULTS },
  main,
});

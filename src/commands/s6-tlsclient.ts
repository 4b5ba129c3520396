import { isIP, type Socket } from "node:net";
import { CLIENT_DEFAULTS, UCSPI_DESCRIPTORS } from "../cli/client-options.ts";
import { clientTunnelOptions } from "../cli/command-lines.ts";
import { complain, SystemFailure } from "../cli/diagnostics.ts";
import { DIAL_DEFAULTS } from "../cli/dial-options.ts";
import { UsageError } from "../cli/options.ts";
import { parsePort } from "../cli/port.ts";
import { s6TlsclientLine, type TcpClientSettings } from "../cli/tcp-client-line.ts";
import { endsOf, tcpVariables } from "../connection/tcp-variables.ts";
import { timerDelay } from "../connection/timers.ts";
import { dial } from "../io/dial.ts";
import { inheritedDescriptors } from "../io/inheritance.ts";
import { addressesOf } from "../lookup/host-addresses.ts";
import { type Found, lookUp } from "../lookup/lookups.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import { checkOnly } from "./check.ts";
import { prepareAndTell } from "./client.ts";
import { fail } from "./fail.ts";
import { run } from "./run.ts";
import { wrapProg } from "./wrap.ts";

const program = "s6-tlsclient";

/** Milliseconds that prog waits for names at most, and for IDENT, which asks a host that may not answer. */
const PATIENCE = { names: 2_000, ident: 26_000 };

interface Target {
  readonly host: string;
  readonly port: number;
}

function main(given: TcpClientSettings, operands: readonly string[]): void {
  const [host, portText, ...command] = operands;
  if (host === undefined || portText === undefined || command.length === 0) {
    throw new UsageError("host, port and prog are needed");
  }
  if (!given.lookUp && isIP(host) === 0) throw new UsageError(`not an IP address: ${host}`);
  const settings = { ...given, serverName: given.serverName ?? host };
  const port = parsePort(portText);
  const starting = process.env;
  const tls = new TlsEnvironment(starting);
  // A server is called only if there is something to verify it with.
  tls.anchorSource();
  tls.engineOwner();
  const prepare = () => prepareAndTell(program, { settings, tls });
  if (settings.check) checkOnly({ program, settings, command, environment: starting, prepare });
  // Before there is the connection, which is not for prog.
  const inherited = inheritedDescriptors();
  const start = async (): Promise<void> => {
    const socket = await connect(settings, { host, port });
    const environment = { ...starting, ...(await variables(socket, settings, host)) };
    const { readFd, writeFd } = UCSPI_DESCRIPTORS;
    wrapProg({
      program,
      settings,
      environment,
      tls,
      command,
      network: socket,
      cleartext: [readFd, writeFd],
      inherited,
      prepare,
      tunnel: { program: "s6-tlsc-io", options: () => clientTunnelOptions(settings) },
    });
  };
  start().catch((error: unknown) => fail(program, error));
}

/** @throws {SystemFailure} (the promise) if no address answers */
async function connect(settings: TcpClientSettings, target: Target): Promise<Socket> {
  const { host, port } = target;
  const { timeout } = settings;
  const clock = new AbortController();
  const late = () => clock.abort(new Error(`no answer within ${timeout} seconds`));
  const timer = timeout > 0 ? setTimeout(late, timerDelay(1000 * timeout)) : undefined;
  try {
    const socket = await reach(settings, target, clock.signal);
    if (settings.verbosity > 1) {
      complain(program, "info", `connected to ${socket.remoteAddress} port ${port}`);
    }
    return socket.setNoDelay(!settings.delay);
  } catch (error) {
    throw new SystemFailure(`unable to connect to ${host} port ${port}`, error);
  } finally {
    clearTimeout(timer);
  }
}

async function reach(
  settings: TcpClientSettings,
  { host, port }: Target,
  signal: AbortSignal,
): Promise<Socket> {
  const { qualify, rounds } = settings;
  const addresses = await addressesOf({ host, families: families(settings), qualify }, signal);
  const first = timerDelay(1000 * rounds[0]);
  // A single address has both rounds at once.
  const second = timerDelay(first + 1000 * rounds[1]) - first;
  return dial({ ...settings, addresses, port, rounds: [first, second], signal });
}

function families({ ipv4, ipv6 }: TcpClientSettings): (4 | 6)[] {
  if (ipv4 && ipv6) return [6, 4];
  if (ipv4) return [4];
  return ipv6 ? [6] : [4, 6];
}

/** What UCSPI tells prog about the connection; a name that can't be found is not told. */
async function variables(
  socket: Socket,
  settings: TcpClientSettings,
  host: string,
): Promise<NodeJS.ProcessEnv> {
  const ends = endsOf(socket);
  // It is over already, and the handshake will say so.
  if (ends === null) return {};
  const { lookUp: names, ident } = settings;
  const tell = (problem: string) => {
    if (settings.verbosity > 1) complain(program, "warning", `unable to look up the ${problem}`);
  };
  const found = await lookUp(
    ends,
    {
      ...settings,
      names,
      remoteName: isIP(host) === 0 ? host : null,
      paranoid: false,
      errorsRefuse: false,
      timeout: ident ? PATIENCE.ident : PATIENCE.names,
    },
    tell,
  ).catch((error: Error): Found => {
    tell(`names: ${error.message}`);
    return { remoteHost: null, localHost: settings.localName, remoteInfo: null };
  });
  return Object.fromEntries([
    ...tcpVariables(ends),
    ...told("TCPREMOTEHOST", found.remoteHost),
    ...told("TCPLOCALHOST", found.localHost),
    ...told("TCPREMOTEINFO", found.remoteInfo),
  ]);
}

/** A variable that we inherited says nothing about this connection. */
function told(name: string, value: string | null): [string, string | undefined][] {
  return [[name, value ?? undefined]];
}

run({
  program,
  line: s6TlsclientLine,
  defaults: { ...CLIENT_DEFAULTS, ...DIAL_DEFAULTS },
  main,
});

import { connect as connectTcp, type Socket } from "node:net";
import {
  checkOptions,
  FUNCTION,
  pick,
  type Rule,
  type Rules,
  STRING,
} from "../credentials/options.ts";
import { ArgumentTypeError, ArgumentValueError } from "../credentials/tls-error.ts";
import { own } from "../sandbox/own.ts";
import { CLIENT_OPTIONS, type ClientOptions } from "./connection-options.ts";
import type { TlsStream } from "./tls-stream.ts";
import { wrapClient } from "./wrap.ts";

/** Of a client that connects by itself. */
export interface ConnectOptions extends ClientOptions {
  /** A name or an address. Default: localhost. It is the servername, too. */
  readonly host?: string;
  readonly port?: number;
  /** In place of host and port: the path of a UNIX socket. */
  readonly path?: string;
  /** 4 or 6 for addresses of that family only. */
  readonly family?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
}

const PORT: Rule = {
  expected: "a number",
  accepts: (value) => typeof value === "number",
  refuses: (value: number) =>
    Number.isInteger(value) && value >= 0 && value < 65536
      ? null
      : `must be from 0 to 65535. Received ${value}`,
};

const SOCKET_OPTIONS: Rules = {
  host: STRING,
  port: PORT,
  path: STRING,
  family: { expected: "0, 4 or 6", accepts: (value) => value === 0 || value === 4 || value === 6 },
  localAddress: STRING,
  localPort: PORT,
};

const RULES: Rules = { ...SOCKET_OPTIONS, ...CLIENT_OPTIONS };

/**
 * Connects to a TLS server. Without `ca`, `caFile` and `secureContext`, the system's CAs are trusted.
 *
 * @param listener for the event `secureConnect`
 * @throws `TypeError` at once for options that are wrong in themselves; `TlsError` for credentials
 *   that can't be used. What goes wrong later is an `error` event.
 */
export function connect(given: ConnectOptions, listener?: () => void): TlsStream {
  const options = checkOptions(given, RULES);
  if (listener !== undefined && !FUNCTION.accepts(listener)) {
    throw new ArgumentTypeError("listener", FUNCTION.expected, listener);
  }
  if (options.port === undefined && options.path === undefined) {
    throw new ArgumentValueError("port", "is needed, or path");
  }
  const { host = "localhost", path } = options;
  const isNamed = path === undefined;
  const named = options.servername === undefined && isNamed ? { servername: host } : {};
  const network = dial(pick(options, SOCKET_OPTIONS));
  try {
    const stream = wrapClient(network, own({ ...pick(options, CLIENT_OPTIONS), ...named }));
    if (listener !== undefined) stream.once("secureConnect", listener);
    return stream;
  } catch (error) {
    network.destroy();
    throw error;
  }
}

function dial(options: Partial<ConnectOptions>): Socket {
  const { path, port = 0, ...rest } = options;
  // Node reads what Object.prototype has of any other object.
  return connectTcp(own(path === undefined ? { noDelay: true, ...rest, port } : { path }));
}

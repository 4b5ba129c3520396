import { connect as connectTcp, type LookupFunction, type Socket } from "node:net";
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
  /** In place of dns.lookup, as of net.connect. */
  readonly lookup?: LookupFunction;
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
  lookup: FUNCTION,
};

const RULES: Rules = { ...SOCKET_OPTIONS, ...CLIENT_OPTIONS };

/**
 * The same with a port and a host in front, as Node has it: what is in `options` wins.
 *
 * @throws as with options
 */
export function connect(
  port: number,
  host?: string,
  options?: ConnectOptions,
  listener?: () => void,
): TlsStream;
/**
 * The same with a port in front.
 *
 * @throws as with options
 */
export function connect(port: number, options: ConnectOptions, listener?: () => void): TlsStream;
/**
 * The same with the path of a UNIX socket in front.
 *
 * @throws as with options
 */
export function connect(path: string, options?: ConnectOptions, listener?: () => void): TlsStream;
/**
 * Connects to a TLS server. Without `ca`, `caFile` and `secureContext`, the system's CAs are trusted.
 *
 * @param listener for the event `secureConnect`
 * @throws `TypeError` at once for options that are wrong in themselves; `TlsError` for credentials
 *   that can't be used. What goes wrong later is an `error` event.
 */
export function connect(options: ConnectOptions, listener?: () => void): TlsStream;
export function connect(...args: unknown[]): TlsStream {
  const { given, listener } = argumentsOf(args);
  return connectWith(given, listener);
}

interface Arguments {
  readonly given: ConnectOptions;
  readonly listener: (() => void) | undefined;
}

/** connect(options), connect(port, host, options) and connect(path, options), each with a listener. */
function argumentsOf([first, ...rest]: unknown[]): Arguments {
  if (typeof first !== "number" && typeof first !== "string") {
    return { given: first as ConnectOptions, listener: rest[0] as Arguments["listener"] };
  }
  const host =
    typeof first === "number" && typeof rest[0] === "string" ? (rest.shift() as string) : null;
  const isOptions = typeof rest[0] === "object" && rest[0] !== null;
  const options = isOptions ? (rest.shift() as ConnectOptions) : {};
  const target = typeof first === "number" ? { port: first } : { path: first };
  return {
    given: { ...target, ...(host !== null && { host }), ...options },
    listener: rest[0] as Arguments["listener"],
  };
}

function connectWith(given: ConnectOptions, listener: Arguments["listener"]): TlsStream {
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
    const target = path ?? `${host}:${options.port}`;
    const stream = wrapClient(network, own({ ...pick(options, CLIENT_OPTIONS), ...named }), target);
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

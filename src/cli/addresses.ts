import { isIP } from "node:net";
import { UsageError } from "./options.ts";
import { parsePort } from "./port.ts";

/** Where to connect. */
export type Target = TcpTarget | { readonly path: string };

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

/** Where to listen: also a socket that was inherited, by its number or by systemd's name for it. */
export type Listening = Target | { readonly fd: number } | { readonly systemd: string };

/** The bytes of sockaddr_un's path, less the NUL behind it. */
const PATH_MAX = 107;

/** @throws {UsageError} saying what an address looks like */
export function parseListening(text: string): Listening {
  if (text.startsWith("fd:")) return { fd: number(text) };
  if (text.startsWith("systemd:") && text.length > 8) return { systemd: text.slice(8) };
  const target = parse(text);
  if (target === null || ("host" in target && !isListenable(target.host))) {
    throw new UsageError(
      `not an address: ${text}; write IP:PORT, [IPV6]:PORT, unix:PATH, fd:NUMBER or systemd:NAME`,
    );
  }
  // RFC 6761, 6.3: no file and no name server has a say about it.
  return "host" in target && target.host === "localhost"
    ? { ...target, host: "127.0.0.1" }
    : target;
}

/** @throws {UsageError} saying what an address looks like */
export function parseTarget(text: string): Target {
  // These two are not names of hosts here, but meant for --listen.
  const target = /^(fd|systemd):/.test(text) ? null : parse(text);
  if (target !== null && !("port" in target && target.port === 0)) return target;
  throw new UsageError(`not an address: ${text}; write HOST:PORT, [IPV6]:PORT or unix:PATH`);
}

/** Does what passes there never leave this machine? Of an inherited socket, it is not known yet. */
export function staysHere(address: Listening): boolean {
  return !("host" in address) || isLoopback(address.host);
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

export function nameOf(address: Listening): string {
  if ("path" in address) return `unix:${address.path}`;
  if ("fd" in address) return `fd:${address.fd}`;
  if ("systemd" in address) return `systemd:${address.systemd}`;
  return address.host.includes(":")
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`;
}

function parse(text: string): Target | null {
  if (text.startsWith("unix:")) {
    const path = text.slice(5);
    const isUsable = path !== "" && Buffer.byteLength(path) <= PATH_MAX && !path.includes("\0");
    return isUsable ? { path } : null;
  }
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+)):([^:]+)$/.exec(text);
  if (found === null) return null;
  const [, ipv6, name, port = ""] = found;
  if (ipv6 !== undefined && isIP(ipv6) !== 6) return null;
  const host = ipv6 ?? (name as string);
  return isIP(host) !== 0 || HOST.test(host) ? { host, port: parsePort(port) } : null;
}

/** Labels of letters, digits, hyphens and, as they occur inside of networks, underscores. */
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})$/;

function isListenable(host: string): boolean {
  return isIP(host) !== 0 || host === "localhost";
}

function number(text: string): number {
  const value = Number(text.slice(3));
  if (/^fd:[0-9]+$/.test(text) && value <= 0x7fffffff) return value;
  throw new UsageError(`not a descriptor: ${text}; write fd:NUMBER`);
}

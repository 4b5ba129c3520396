import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { UsageError } from "../cli/options.ts";

/** Where to listen. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * The address that two operands name.
 *
 * @param ip IPv4 or IPv6; 0 is any IPv4 address, and `::` any address at all
 * @param port a number, or a name of /etc/services
 * @throws {UsageError} if they name none
 */
export function parseAddress(ip: string, port: string): Address {
  const host = ip === "0" ? "0.0.0.0" : ip;
  if (isIP(host) === 0) throw new UsageError(`not an IP address: ${ip}`);
  return { host, port: parsePort(port) };
}

/** @throws {UsageError} unless it is a port, or the name of a service */
export function parsePort(text: string): number {
  if (!/^[0-9]+$/.test(text)) return portOfService(text);
  const port = Number(text);
  if (port > 65535) throw new UsageError(`not a port: ${text}`);
  return port;
}

/** services(5): name, port/protocol, aliases. */
function portOfService(name: string): number {
  for (const line of servicesFile().split("\n")) {
    const [service, number = "", ...aliases] = (line.split("#")[0] as string).trim().split(/\s+/);
    const port = /^([0-9]+)\/tcp$/.exec(number)?.[1];
    if (port !== undefined && (service === name || aliases.includes(name))) return Number(port);
  }
  throw new UsageError(`unknown service: ${name}`);
}

function servicesFile(): string {
  try {
    return readFileSync("/etc/services", "utf8");
  } catch {
    return "";
  }
}

/** An IPv4 address that came in over a socket for both, as what it is. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

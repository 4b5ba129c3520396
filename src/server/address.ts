import { isIP } from "node:net";
import { UsageError } from "../cli/options.ts";
import { parsePort } from "../cli/port.ts";

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
export function listenAddress(ip: string, port: string): Address {
  const host = ip === "0" ? "0.0.0.0" : ip;
  if (isIP(host) === 0) throw new UsageError(`not an IP address: ${ip}`);
  return { host, port: parsePort(port) };
}

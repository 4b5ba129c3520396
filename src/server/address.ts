import { isIP } from "node:net";
import { UsageError } from "../cli/options.ts";
import { parsePort } from "../cli/port.ts";

/** Where to listen. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** IPv6 alone, so that another server can have IPv4's addresses; of IPv4, never true. */
  readonly ipv6Only?: boolean;
}

/** -4 and -6. */
export interface Families {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

/**
 * The address that two operands name.
 *
 * @param operands ip, IPv4 or IPv6: 0 is any IPv4 address, and `::` any IPv6 address, as in the original,
 *   or any address at all if both families are asked for; port: a number, or a name of /etc/services
 * @throws {UsageError} if they name none, or one of another family than the one that is asked for
 */
export function listenAddress(
  { ip, port }: { readonly ip: string; readonly port: string },
  { ipv4, ipv6 }: Families,
): Address {
  const host = ip === "0" ? "0.0.0.0" : ip;
  const family = isIP(host);
  if (family === 0) throw new UsageError(`not an IP address: ${ip}`);
  const isWrong = ipv4 !== ipv6 && family !== (ipv4 ? 4 : 6);
  if (isWrong) throw new UsageError(`not an ${ipv4 ? "IPv4" : "IPv6"} address: ${ip}`);
  const ipv6Only = family === 6 && !(ipv4 && ipv6);
  return { host, port: parsePort(port), ipv6Only };
}

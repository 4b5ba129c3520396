import { formatAddress, parseAddress } from "../proxy-protocol/ip-address.ts";
import { masked } from "../proxy-protocol/networks.ts";

/**
 * What counts as one client for a limit: an IPv4 address; of an IPv6 address its first bits, because
 * a customer of a provider has a whole network, mostly a /64, and can take any address of it.
 *
 * @param prefix how many bits; 128 is the whole address
 */
export function originOf(address: string, prefix: number): string {
  // Looked at three times for each connection: what has no colon is no IPv6 address.
  if (!address.includes(":")) return address;
  // A link-local address is of its interface, which is named behind it.
  const [plain = "", zone = ""] = address.split("%");
  const bytes = parseAddress(plain);
  if (bytes === null || bytes.length === 4) return address;
  return `${formatAddress(masked(bytes, prefix))}%${zone}/${prefix}`;
}

import { addressBytes } from "../sandbox/ip-address.ts";

/**
 * The names under which a pair for a server name may be found, the best first: the name itself,
 * then the wildcard that stands for its first label. A wildcard never stands for a whole top-level
 * domain. Names compare without case (RFC 6066, 3).
 */
export function candidates(serverName: string): string[] {
  const name = normal(serverName);
  const parent = name.slice(name.indexOf(".") + 1);
  const hasWildcard = /^[^.]+\./.test(name) && TWO_LABELS.test(parent);
  return hasWildcard ? [name, `*.${parent}`] : [name];
}

const TWO_LABELS = /[^.]\.[^.]/;

/** How names are compared: without case, and without the root's dot. */
export function normal(serverName: string): string {
  const name = serverName.toLowerCase();
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

/** Letters, digits, hyphens, underscores and dots, as in DNS; the root's dot may be at the end. */
const HOST_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/;

const DIGITS = /^[0-9.]+$/;

/** Without the root's dot. */
const LONGEST_NAME = 253;

/** Why a server can't be verified by this name or address; null: it can. */
export function whyNoHostName(name: string): string | null {
  if (addressBytes(name) !== null) return null;
  if (isAddress(name)) return `not an IP address: ${name}`;
  if (HOST_NAME.test(name) && normal(name).length <= LONGEST_NAME) return null;
  return `not a host name: ${name}`;
}

/** An IPv4 or IPv6 address, or what would be one but for a mistake in it. */
function isAddress(host: string): boolean {
  return DIGITS.test(host) || host.includes(":");
}

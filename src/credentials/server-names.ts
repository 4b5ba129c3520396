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

/** The root's dot, at the end, makes no label. */
const TWO_LABELS = /[^.]\.[^.]/;

/** How names are compared. */
export function normal(serverName: string): string {
  return serverName.toLowerCase();
}

/** Letters, digits, hyphens, underscores and dots, as in DNS; addresses have no certificates here. */
const HOST_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

const IPV4 = /^[0-9.]+$/;

const LONGEST_NAME = 253;

/** Why a server can't be asked for by this name; null: it can. */
export function whyNoHostName(name: string): string | null {
  if (isAddress(name)) return `${name} is an address, and certificates are for names`;
  if (HOST_NAME.test(name) && name.length <= LONGEST_NAME) return null;
  return `not a host name: ${name}`;
}

/** An IPv4 or IPv6 address, or what would be none but for a mistake in it. */
export function isAddress(host: string): boolean {
  return IPV4.test(host) || host.includes(":");
}

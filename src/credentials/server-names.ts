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

import type { TcpEnds } from "../connection/tcp-variables.ts";
import { HostNames } from "./host-names.ts";
import { identify } from "./ident.ts";

export interface LookupSettings {
  /** Without -H: the names that are not given are looked up. */
  readonly names: boolean;
  /** The peer's name, where it is known; null: it is not. */
  readonly remoteName: string | null;
  /** -h: the hosts file comes before DNS. */
  readonly hostsFile: boolean;
  /** -p: the client's name must lead back to its address. */
  readonly paranoid: boolean;
  /** -r */
  readonly ident: boolean;
  /** -l; null: not given. */
  readonly localName: string | null;
  /** -w: an error of DNS or IDENT refuses the client. */
  readonly errorsRefuse: boolean;
  /** -t, in milliseconds; 0: as long as DNS and IDENT take. */
  readonly timeout: number;
}

/** What was found; null: nothing. */
export interface Found {
  readonly remoteHost: string | null;
  readonly localHost: string | null;
  readonly remoteInfo: string | null;
}

/** The client is refused; the message says why. */
export class Refused extends Error {}

/**
 * IDENT without -t: a connection to a host that swallows everything is given up after so many
 * milliseconds, lest it holds a slot for ever.
 */
const PATIENCE = 60_000;

/**
 * Looks everything up at once, within the time that there is for all of it.
 *
 * @param told receives what went wrong without refusing the client
 * @throws {Refused} (the promise)
 */
export async function lookUp(
  ends: TcpEnds,
  settings: LookupSettings,
  told: (problem: string) => void,
): Promise<Found> {
  const { names, hostsFile, ident, localName, remoteName } = settings;
  const resolver = new HostNames(hostsFile);
  const giveUp = new AbortController();
  const attempt = attempts(settings, told);
  const remote =
    names && remoteName === null
      ? attempt(`name of ${ends.remoteAddress}`, nameOfPeer(resolver, ends, settings))
      : remoteName;
  const local =
    names && localName === null
      ? attempt(`name of ${ends.localAddress}`, resolver.nameOf(ends.localAddress))
      : null;
  const user = ident
    ? attempt(`IDENT of ${ends.remoteAddress}`, identify({ ends, signal: giveUp.signal }))
    : null;
  const all = Promise.all([remote, local, user]);
  try {
    const [remoteHost, localHost, remoteInfo] = await within(settings.timeout, all);
    return { remoteHost, localHost: localName ?? localHost?.name ?? null, remoteInfo };
  } finally {
    // What is still under way has no use any more, and its end is no news.
    all.catch(() => {});
    resolver.cancel();
    giveUp.abort();
  }
}

/** What fails is told, and gives null; or it refuses the client, if that is asked for. */
function attempts({ errorsRefuse }: LookupSettings, told: (problem: string) => void) {
  return async <T>(what: string, action: Promise<T>): Promise<T | null> => {
    try {
      return await action;
    } catch (error) {
      if (error instanceof Refused) throw error;
      const problem = `${what}: ${(error as Error).message}`;
      if (errorsRefuse) throw new Refused(problem);
      told(problem);
      return null;
    }
  };
}

async function nameOfPeer(
  resolver: HostNames,
  { remoteAddress }: TcpEnds,
  { paranoid }: LookupSettings,
): Promise<string | null> {
  const found = await resolver.nameOf(remoteAddress);
  if (found === null) return null;
  if (!paranoid || found.isFromHosts) return found.name;
  if (await resolver.confirms(found.name, remoteAddress)) return found.name;
  throw new Refused(`the name of ${remoteAddress}, ${found.name}, doesn't lead back to it`);
}

async function within<T>(milliseconds: number, action: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const limit = milliseconds === 0 ? PATIENCE : milliseconds;
    timer = setTimeout(() => reject(new Refused(`no answer within ${limit} ms`)), limit);
  });
  return Promise.race([action, late]).finally(() => clearTimeout(timer));
}

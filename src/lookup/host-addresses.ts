import type { Resolver } from "node:dns/promises";
import { formatAddress, parseAddress } from "../proxy-protocol/ip-address.ts";
import { newResolver, unlessNone } from "./answers.ts";
import { readHosts } from "./hosts-file.ts";
import { qualified, readQualification } from "./resolver-configuration.ts";

export interface HostQuestion {
  /** A name or an address. */
  readonly host: string;
  /** Which families, in the order of the answer. */
  readonly families: readonly (4 | 6)[];
  /** Is a name completed by the system's search list? */
  readonly qualify: boolean;
}

/** More addresses than this are not tried. */
const ADDRESSES_MAX = 16;

/** RFC 6761, 6.3: it is this machine, whatever the hosts file says. What goes there may be in clear. */
const THIS_MACHINE = /^localhost\.?$/i;

/**
 * Milliseconds that one family's answer is waited for when the other one has come. RFC 8305, 3, has 50;
 * some name servers drop what they are asked about IPv6, and c-ares asks for half a minute.
 */
const LAG = 500;

const LOOPBACK = { 4: "127.0.0.1", 6: "::1" } as const;

/**
 * The addresses of a host: the hosts file's, or else what DNS says. It asks DNS by itself, since a
 * thread of getaddrinfo(3) that waits can't be stopped, and would keep the process from ending.
 *
 * @param signal ends the wait; the promise is rejected with its reason
 * @throws (the promise) errors of DNS; an Error if there is no such host
 */
export async function addressesOf(question: HostQuestion, signal: AbortSignal): Promise<string[]> {
  const { host, families } = question;
  const literal = parseAddress(host === "" || host === "0" ? LOOPBACK[4] : host);
  if (literal !== null) {
    const family = literal.length === 4 ? 4 : 6;
    if (families.includes(family)) return [formatAddress(literal)];
    throw new Error(`not an IPv${families[0]} address`);
  }
  if (THIS_MACHINE.test(host)) return families.map((family) => LOOPBACK[family]);
  const found = inHosts(question) ?? inLoopback(question) ?? (await inDns(question, signal));
  if (found.length === 0) throw new Error("no such host");
  return found.slice(0, ADDRESSES_MAX);
}

function inHosts({ host, families }: HostQuestion): string[] | null {
  const wanted = host.replace(/\.$/, "").toLowerCase();
  const entries = readHosts().filter(({ names }) =>
    names.some((name) => name.toLowerCase() === wanted),
  );
  if (entries.length === 0) return null;
  return families.flatMap((family) =>
    entries.map(({ address }) => address).filter((one) => one.includes(":") === (family === 6)),
  );
}

/** RFC 6761, 6.3: such names are never asked for. */
function inLoopback({ host, families }: HostQuestion): string[] | null {
  return /(^|\.)localhost\.?$/i.test(host) ? families.map((family) => LOOPBACK[family]) : null;
}

async function inDns(question: HostQuestion, signal: AbortSignal): Promise<string[]> {
  const { host, families, qualify } = question;
  const qualification = readQualification();
  const resolver = newResolver(qualification);
  const stop = () => resolver.cancel();
  signal.addEventListener("abort", stop);
  let failure: unknown = null;
  try {
    const names = qualify ? qualified(host, qualification) : [host.replace(/\.$/, "")];
    for (const name of names) {
      try {
        const answers = families.map((family) => ask(resolver, name, family));
        const found = await whatThereIs(answers, stop);
        if (found.length > 0) return found;
      } catch (error) {
        // The next name may be served by a server that answers.
        failure ??= error;
      }
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  if (failure !== null) throw failure;
  return [];
}

/**
 * One family's failure is no news as long as the other one has an answer.
 *
 * @param stop ends the wait for those that have not come
 */
async function whatThereIs(
  answers: readonly Promise<string[]>[],
  stop: () => void,
): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const note = (found: readonly string[]) => {
    if (found.length > 0) timer ??= setTimeout(stop, LAG);
  };
  for (const answer of answers) answer.then(note, () => {});
  const settled = await Promise.allSettled(answers);
  clearTimeout(timer);
  const found = settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  const failed = settled.find((one) => one.status === "rejected");
  if (found.length === 0 && failed !== undefined) throw failed.reason;
  return found;
}

function ask(resolver: Resolver, name: string, family: 4 | 6): Promise<string[]> {
  return unlessNone(family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
}

import type { Socket } from "node:net";
import { readProxyHeader } from "../connection/proxy-header.ts";
import { plainAddress } from "../connection/tcp-variables.ts";
import type { Rule } from "../credentials/options.ts";
import { TlsError } from "../credentials/tls-error.ts";
import { type ProxyHeader, ProxyHeaderError } from "../proxy-protocol/header.ts";
import { isWithin, type Network, parseNetwork } from "../proxy-protocol/networks.ts";

/** The proxies that may speak for a client; null: every peer may. */
export type TrustedProxies = readonly Network[] | null;

/** @internal */
export const NETWORKS: Rule = {
  expected: "an array of IP addresses or networks, such as 192.0.2.0/24",
  accepts: (value) =>
    Array.isArray(value) &&
    value.every((text) => typeof text === "string" && parseNetwork(text) !== null),
};

/** The networks of an option that NETWORKS has accepted. @internal */
export function trustedProxies(option: readonly string[] | undefined): TrustedProxies {
  return option?.map((text) => parseNetwork(text) as Network) ?? null;
}

export interface HeaderWanted {
  readonly socket: Socket;
  readonly proxies: TrustedProxies;
  /** Milliseconds; 0: for ever. */
  readonly timeout: number;
}

/**
 * What a proxy of ours says in front of TLS.
 *
 * @throws (the promise) `TlsError` for a peer that is no proxy of ours, and for a header that is
 *   malformed, cut short or late; or the socket's error
 * @internal
 */
export async function headerOf({ socket, proxies, timeout }: HeaderWanted): Promise<ProxyHeader> {
  const address = plainAddress(socket.remoteAddress ?? "");
  if (proxies !== null && !isWithin(proxies, address)) {
    throw refused(`${address} is not one of the trusted proxies`);
  }
  try {
    return await readProxyHeader(socket, timeout);
  } catch (error) {
    throw error instanceof ProxyHeaderError ? refused(error.message) : error;
  }
}

function refused(message: string): TlsError {
  return new TlsError(message, { reason: "BAD_PROXY_HEADER", side: "peer" });
}

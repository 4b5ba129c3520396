import type { Socket } from "node:net";
import { plainAddress } from "../connection/tcp-variables.ts";
import { timerDelay } from "../connection/timers.ts";
import type { Rule } from "../credentials/options.ts";
import { TlsError } from "../credentials/tls-error.ts";
import type { ProxyHeader } from "../proxy-protocol/header.ts";
import { isWithin, type Network, parseNetwork } from "../proxy-protocol/networks.ts";
import { ProxyHeaderReader } from "../proxy-protocol/reader.ts";

/** Who may speak for a client; null: every peer may. */
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
 * The PROXY header that a connection begins with; what is behind it is still to be read from the
 * socket, which is paused.
 *
 * @throws (the promise) `TlsError` for a peer that is no proxy of ours, a header that is malformed,
 *   cut short or late; or the socket's error
 * @internal
 */
export function readProxyHeader({ socket, proxies, timeout }: HeaderWanted): Promise<ProxyHeader> {
  return new Promise((resolve, reject) => {
    const reader = new ProxyHeaderReader();
    const settle = () => {
      clearTimeout(timer);
      socket.pause();
      socket.off("data", take).off("end", ended).off("close", ended).off("error", fail);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    const take = (bytes: Buffer) => {
      try {
        const found = reader.push(bytes);
        if (found === null) return;
        settle();
        if (found.rest.length > 0) socket.unshift(found.rest);
        resolve(found.header);
      } catch (error) {
        fail(refused((error as Error).message));
      }
    };
    const ended = () => fail(refused("PROXY header: the connection ended before it was whole"));
    const late = () => fail(refused(`PROXY header: it was not whole within ${timeout} ms`));
    const timer = timeout > 0 ? setTimeout(late, timerDelay(timeout)) : undefined;
    socket.on("error", fail).on("close", ended).on("end", ended);
    const address = plainAddress(socket.remoteAddress ?? "");
    if (proxies !== null && !isWithin(proxies, address)) {
      fail(refused(`${address} is not one of the trusted proxies`));
    } else {
      socket.on("data", take);
    }
  });
}

function refused(message: string): TlsError {
  return new TlsError(message, { reason: "BAD_PROXY_HEADER", side: "peer" });
}

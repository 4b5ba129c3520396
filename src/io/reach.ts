import { connect, type NetConnectOpts, type Socket } from "node:net";

/** A TCP address by name or number, or a UNIX socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * Connects to the first place that answers.
 *
 * @param patience milliseconds for each
 * @throws (the promise) the system error of the last one, or the signal's reason
 */
export async function reachFirst<P extends Place>(
  places: readonly P[],
  { patience, signal }: { readonly patience: number; readonly signal: AbortSignal },
  failed: (place: P, error: Error) => void,
): Promise<{ readonly socket: Socket; readonly place: P }> {
  const silent = new Error(`no answer within ${patience} milliseconds`);
  let last: unknown = new Error("there is no address");
  for (const place of places) {
    signal.throwIfAborted();
    try {
      const socket = await reach({ ...place, noDelay: true }, { patience, signal, silent });
      return { socket, place };
    } catch (error) {
      last = error;
      if (!signal.aborted) failed(place, error as Error);
    }
  }
  signal.throwIfAborted();
  throw last;
}

/**
 * One connection, with half-close.
 *
 * @param silent the error when there is no answer in time
 * @throws (the promise) the system error, that one, or the signal's reason
 */
export function reach(
  where: NetConnectOpts,
  { patience, signal, silent }: Attempt,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...where, allowHalfOpen: true });
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.off("error", fail);
    };
    const fail = (error: Error) => {
      settle();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason as Error);
    const timer = setTimeout(() => fail(silent), patience);
    signal.addEventListener("abort", abort);
    socket.once("error", fail);
    socket.once("connect", () => {
      settle();
      resolve(socket);
    });
  });
}

interface Attempt {
  /** Milliseconds. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly silent: Error;
}

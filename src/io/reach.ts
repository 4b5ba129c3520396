import { connect, type Socket } from "node:net";

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
  let last: unknown = new Error("there is no address");
  for (const place of places) {
    signal.throwIfAborted();
    try {
      return { socket: await reach(place, patience, signal), place };
    } catch (error) {
      last = error;
      if (!signal.aborted) failed(place, error as Error);
    }
  }
  signal.throwIfAborted();
  throw last;
}

function reach(place: Place, patience: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...place, allowHalfOpen: true, noDelay: true });
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
    const silent = () => fail(new Error(`no answer within ${patience} milliseconds`));
    const timer = setTimeout(silent, patience);
    signal.addEventListener("abort", abort);
    socket.once("error", fail);
    socket.once("connect", () => {
      settle();
      resolve(socket);
    });
  });
}

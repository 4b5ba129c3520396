import { connect, isIP, type NetConnectOpts, type Socket } from "node:net";

/** A TCP address by name or number, or a UNIX socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** How a place is reached. */
export interface Reaching {
  /** Milliseconds for each place: its look-up, and all of its addresses. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** The addresses of a host; the promise is rejected when the signal is aborted. */
  readonly addressesOf: (host: string, signal: AbortSignal) => Promise<readonly string[]>;
}

/**
 * Connects to the first place that answers.
 *
 * @throws (the promise) the error of the last one, or the signal's reason
 */
export async function reachFirst<P extends Place>(
  places: readonly P[],
  effort: Reaching,
  failed: (place: P, error: Error) => void,
): Promise<{ readonly socket: Socket; readonly place: P }> {
  const { signal } = effort;
  let last: unknown = null;
  for (const place of places) {
    signal.throwIfAborted();
    try {
      return { socket: await reachPlace(place, effort), place };
    } catch (error) {
      last = error;
      if (!signal.aborted) failed(place, error as Error);
    }
  }
  signal.throwIfAborted();
  throw last ?? new Error("there is no address");
}

async function reachPlace(place: Place, effort: Reaching): Promise<Socket> {
  const { patience, signal, addressesOf } = effort;
  // Made when it is needed: an error takes note of the stack, and a connection would pay for that.
  const silent = () => new Error(`no answer within ${patience} milliseconds`);
  const clock = new AbortController();
  const stop = () => clock.abort(signal.reason);
  const timer = setTimeout(() => clock.abort(silent()), patience);
  signal.addEventListener("abort", stop);
  const attempt = (where: NetConnectOpts) =>
    reach({ ...where, noDelay: true }, { patience, signal: clock.signal, silent });
  try {
    if ("path" in place) return await attempt(place);
    const { host, port } = place;
    const addresses = isIP(host) === 0 ? await addressesOf(host, clock.signal) : [host];
    // What came before the time was over may be there all the same, and nothing would end the race.
    clock.signal.throwIfAborted();
    const attempts = addresses.map((address) => () => attempt({ host: address, port }));
    return await race(attempts, clock);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** Milliseconds that an address has before the next one is tried beside it (RFC 8305, 5). */
const HEAD_START = 250;

/**
 * The first attempt that succeeds; the others are given up.
 *
 * @param clock ends all attempts
 * @throws (the promise) the error of the attempt that failed first, or the clock's reason
 */
function race(attempts: readonly (() => Promise<Socket>)[], clock: AbortController) {
  return new Promise<Socket>((resolve, reject) => {
    let [begun, lost] = [0, 0];
    let failure: unknown = null;
    let timer: NodeJS.Timeout | undefined;
    const begin = () => {
      clearTimeout(timer);
      const attempt = attempts[begun];
      if (attempt === undefined || clock.signal.aborted) return;
      begun++;
      if (begun < attempts.length) timer = setTimeout(begin, HEAD_START);
      attempt().then(succeed, fail);
    };
    const succeed = (socket: Socket) => {
      // Another one was faster, or the time was over.
      if (clock.signal.aborted) socket.destroy();
      clearTimeout(timer);
      resolve(socket);
      if (begun - lost > 1) clock.abort(new Error("another address has answered"));
    };
    const fail = (error: unknown) => {
      failure ??= error;
      lost++;
      if (clock.signal.aborted) reject(clock.signal.reason);
      else if (lost === attempts.length) reject(failure);
      else begin();
    };
    begin();
  });
}

/**
 * One connection, with half-close.
 *
 * @param silent makes the error when there is no answer in time
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
    const timer = setTimeout(() => fail(silent()), patience);
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
  readonly silent: () => Error;
}

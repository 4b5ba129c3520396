import type { Socket } from "node:net";
import { timerDelay } from "./timers.ts";

export interface Wait {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Sends what nothing follows, and waits until the peer has hung up: it has acted on it then. A peer
 * that says something in place of that has acted on it, too; that is not read.
 *
 * @throws (the promise) the socket's error, the signal's reason, or an Error if it takes too long
 */
export function sendLast(socket: Socket, bytes: Uint8Array, { timeout, signal }: Wait) {
  return new Promise<void>((resolve, reject) => {
    const settle = (error: Error | null) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.on("error", () => {});
      socket.destroy();
      if (error === null) resolve();
      else reject(error);
    };
    const abort = () => settle(signal.reason as Error);
    const late = () => settle(new Error(`it did not hang up within ${timeout} milliseconds`));
    const timer = setTimeout(late, timerDelay(timeout));
    signal.addEventListener("abort", abort);
    socket.once("error", settle);
    for (const event of ["data", "end", "close"]) socket.once(event, () => settle(null));
    socket.write(bytes);
    socket.resume();
  });
}

import type { Socket } from "node:net";
import { type Preface, PrefaceError } from "../starttls/preface.ts";
import { timerDelay } from "./timers.ts";

export interface Patience {
  /** Milliseconds for all of it; 0: for ever. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Says in clear what there is to be said before TLS. Then the socket is paused, and what comes next
 * is still to be read from it.
 *
 * @returns (the promise) what the backend gets in place of TLS; null: TLS follows
 * @throws (the promise) {PrefaceError} for what can't lead to TLS, is cut short or late; the
 *   socket's error, or the signal's reason
 */
export function exchange(
  socket: Socket,
  preface: Preface,
  { timeout, signal }: Patience,
): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.pause();
      socket.off("data", take).off("end", ended).off("close", ended).off("error", fail);
    };
    const fail = (error: Error) => {
      settle();
      sayLastWords(socket, error, () => reject(error));
    };
    const take = (bytes: Buffer) => {
      try {
        const { say, isDone, rest, instead } = preface.push(bytes);
        if (say !== "") socket.write(say, "latin1");
        if (!isDone) return;
        settle();
        if (rest.length > 0) socket.unshift(rest);
        resolve(instead);
      } catch (error) {
        fail(error as Error);
      }
    };
    const ended = () => fail(new PrefaceError("the connection ended before TLS began"));
    const late = () => fail(new PrefaceError(`TLS did not begin within ${timeout} milliseconds`));
    const abort = () => fail(signal.reason as Error);
    const timer = timeout > 0 ? setTimeout(late, timerDelay(timeout)) : undefined;
    signal.addEventListener("abort", abort);
    socket.on("error", fail).on("close", ended).on("end", ended).on("data", take);
    if (preface.opening !== "") socket.write(preface.opening, "latin1");
    socket.resume();
  });
}

/** Tells the peer why, where its protocol has words for that, and calls `done` when they have left. */
function sayLastWords(socket: Socket, error: Error, done: () => void): void {
  socket.on("error", () => {});
  const words = error instanceof PrefaceError ? error.lastWords : "";
  // With bytes of the peer unread, its system would forget them for a reset.
  socket.resume();
  if (words === "" || !socket.writable) done();
  else socket.end(words, "latin1", done);
}

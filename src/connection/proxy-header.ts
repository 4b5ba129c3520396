import type { Socket } from "node:net";
import { type ProxyHeader, ProxyHeaderError } from "../proxy-protocol/header.ts";
import { ProxyHeaderReader } from "../proxy-protocol/reader.ts";
import { timerDelay } from "./timers.ts";

/**
 * The PROXY header that a connection begins with; what is behind it is still to be read from the
 * socket, which is paused.
 *
 * @param timeout milliseconds; 0: for ever
 * @throws (the promise) {ProxyHeaderError} for a header that is malformed, cut short or late; or the
 *   socket's error
 */
export function readProxyHeader(socket: Socket, timeout: number): Promise<ProxyHeader> {
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
        fail(error as Error);
      }
    };
    const ended = () => fail(new ProxyHeaderError("the connection ended before it was whole"));
    const late = () => fail(new ProxyHeaderError(`it was not whole within ${timeout} ms`));
    const timer = timeout > 0 ? setTimeout(late, timerDelay(timeout)) : undefined;
    socket.on("error", fail).on("close", ended).on("end", ended).on("data", take);
  });
}

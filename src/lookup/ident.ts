import { connect } from "node:net";
import type { TcpEnds } from "../connection/tcp-variables.ts";

/** RFC 1413, 3. */
const IDENT_PORT = 113;

/** RFC 1413, 5: a reply has at most 1000 characters, and its end of line. */
const REPLY_MAX = 1002;

export interface IdentSettings {
  readonly ends: TcpEnds;
  readonly signal: AbortSignal;
  /** The port of the identification server. */
  readonly port?: number;
}

/**
 * What the client's host says about the user of a connection (RFC 1413); null if it says nothing,
 * or that it is an error.
 *
 * @throws (the promise) system errors other than that there is no such server, and an AbortError
 */
export async function identify({ ends, signal, port = IDENT_PORT }: IdentSettings) {
  const reply = await ask(ends, port, signal);
  return reply === null ? null : userIn(reply, ends);
}

/** The user in a reply to that question; null for none. */
export function userIn(reply: string, ends: TcpEnds): string | null {
  const [, theirs, ours, type, , user] =
    /^\s*(\d+)\s*,\s*(\d+)\s*:\s*(USERID|ERROR)\s*:([^:]*):[ \t]?(.*)$/.exec(reply) ?? [];
  if (type !== "USERID" || user === undefined || user === "") return null;
  if (Number(theirs) !== ends.remotePort || Number(ours) !== ends.localPort) return null;
  // It ends up in prog's environment, and is whatever the client's host likes.
  return /^[\x20-\x7e]{1,512}$/.test(user) ? user : null;
}

function ask(ends: TcpEnds, port: number, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: ends.remoteAddress,
      port,
      // The server looks for a connection between the same two addresses (RFC 1413, 4).
      localAddress: ends.localAddress,
    });
    let reply = "";
    const abort = () => socket.destroy(signal.reason);
    const settle = (text: string | null) => {
      socket.destroy();
      resolve(text);
    };
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    socket.setEncoding("latin1");
    socket.on("connect", () => socket.write(`${ends.remotePort} , ${ends.localPort}\r\n`));
    socket.on("data", (chunk: string) => {
      reply += chunk;
      const end = reply.indexOf("\n");
      if (end !== -1) settle(reply.slice(0, end).replace(/\r$/, ""));
      else if (reply.length > REPLY_MAX) settle(null);
    });
    socket.on("end", () => settle(null));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") resolve(null);
      else reject(error);
    });
    socket.on("close", () => signal.removeEventListener("abort", abort));
  });
}

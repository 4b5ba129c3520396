import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { complain } from "../cli/diagnostics.ts";
import type { Session } from "../sandbox/engine.ts";
import type { Facts } from "./connection.ts";
import { describe } from "./exit-codes.ts";

/** Tells standard error how a connection ended, as far as the verbosity asks for it. */
export function tellEnd(program: string, verbosity: number, facts: Facts): void {
  if (facts.failure !== null && verbosity > 0) complain(program, "fatal", describe(facts.failure));
  if (verbosity > 1) complain(program, "info", summary(facts));
}

/** One line about a connection that is over, for `-v 2`. */
function summary({ peer, session, count, failure }: Facts): string {
  const end = failure === null ? "ended normally" : describe(failure);
  const start = session === null ? "no handshake" : negotiated(session);
  return `${peer}: ${start}, ${count.toLocal} bytes in, ${count.toRemote} bytes out, ${end}`;
}

/** Version, suite and group of a handshake, and the name that was asked for. */
export function negotiated(session: Session): string {
  const { protocol, cipher, group, resumed, serverName: name } = session;
  const words = [
    protocol,
    cipher,
    ...(group === null ? [] : [group]),
    ...(resumed ? ["resumed"] : []),
  ];
  return `${words.join(" ")}, ${name === null ? "no server name" : `server name ${name}`}`;
}

/** The other side's address: what the super-server says, or the socket. */
export function peerOf(env: NodeJS.ProcessEnv, readable: Readable): string {
  const { TCPREMOTEIP, TCPREMOTEPORT } = env;
  if (TCPREMOTEIP !== undefined) return `${TCPREMOTEIP}:${TCPREMOTEPORT ?? "?"}`;
  const address = readable instanceof Socket ? readable.remoteAddress : undefined;
  return address === undefined ? "unknown peer" : `${address}:${(readable as Socket).remotePort}`;
}

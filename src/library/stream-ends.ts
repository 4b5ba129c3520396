import type { Socket } from "node:net";
import type { ProxyHeader } from "../proxy-protocol/header.ts";

/** Both ends of a connection, as net.Socket names them. */
export type StreamEnds = Partial<
  Pick<Socket, "remoteAddress" | "remotePort" | "remoteFamily" | "localAddress" | "localPort">
>;

/** Those that a proxy told, or else those of the socket. */
export function streamEndsOf(socket: StreamEnds, header: ProxyHeader | null): StreamEnds {
  const told = header?.ends ?? null;
  if (told === null) return socket;
  // A client that came by a UNIX socket has no address.
  if (told.transport !== "tcp") return {};
  return { ...told, remoteFamily: familyOf(told.remoteAddress) };
}

/** As net.Socket's `remoteFamily`. */
export function familyOf(address: string): string {
  return address.includes(":") ? "IPv6" : "IPv4";
}

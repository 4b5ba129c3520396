import type { Socket } from "node:net";

/** The two ends of a TCP connection. */
export interface TcpEnds {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** What UCSPI tells prog about a connection. */
export function tcpVariables(ends: TcpEnds): [string, string][] {
  return [
    ["PROTO", "TCP"],
    ["TCPREMOTEIP", ends.remoteAddress],
    ["TCPREMOTEPORT", `${ends.remotePort}`],
    ["TCPLOCALIP", ends.localAddress],
    ["TCPLOCALPORT", `${ends.localPort}`],
  ];
}

/** null: it is not open any more. */
export function endsOf(socket: Socket): TcpEnds | null {
  const { remoteAddress, remotePort = 0, localAddress, localPort = 0 } = socket;
  if (remoteAddress === undefined || localAddress === undefined) return null;
  return {
    remoteAddress: plainAddress(remoteAddress),
    remotePort,
    localAddress: plainAddress(localAddress),
    localPort,
  };
}

/** An IPv4 address that came in over a socket for both, as what it is. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

import { anonymous, type ProxyHeader, ProxyHeaderError } from "./header.ts";
import { formatAddress, parseAddress } from "./ip-address.ts";

/** The longest line, CR LF included (2.1). */
export const LINE_MAX = 107;

const ADDRESS_BYTES = { TCP4: 4, TCP6: 16 } as const;

/**
 * A header of version 1 (2.1).
 *
 * @param line without CR LF
 * @throws {ProxyHeaderError} if it is no header
 */
export function parseVersion1(line: string): ProxyHeader {
  const [proxy, family, ...fields] = line.split(" ");
  if (proxy !== "PROXY") throw new ProxyHeaderError("it doesn't begin with PROXY");
  // What follows UNKNOWN must be ignored.
  if (family === "UNKNOWN") return anonymous(1);
  if (family !== "TCP4" && family !== "TCP6") {
    throw new ProxyHeaderError("its protocol is none of TCP4, TCP6, UNKNOWN", "transport");
  }
  const [source = "", destination = "", sourcePort = "", destinationPort = ""] = fields;
  if (fields.length !== 4) throw new ProxyHeaderError("it has not two addresses and two ports");
  const length = ADDRESS_BYTES[family];
  return {
    ...anonymous(1),
    ends: {
      transport: "tcp",
      remoteAddress: addressOf(source, length),
      remotePort: portOf(sourcePort),
      localAddress: addressOf(destination, length),
      localPort: portOf(destinationPort),
    },
  };
}

function addressOf(text: string, length: number): string {
  const bytes = parseAddress(text);
  if (bytes?.length !== length) throw new ProxyHeaderError("an address of it is malformed");
  return formatAddress(bytes);
}

function portOf(text: string): number {
  const port = /^(0|[1-9][0-9]{0,4})$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) throw new ProxyHeaderError("a port of it is malformed");
  return port;
}

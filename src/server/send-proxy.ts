import type { RelaySettings } from "../cli/bearhug-options.ts";
import type { ProxiedEnds, ProxyHeader } from "../proxy-protocol/header.ts";
import { type ToldTls, version1, version2 } from "../proxy-protocol/writer.ts";
import type { Session } from "../sandbox/engine.ts";
import type { ClientFacts } from "./messages.ts";

export interface ToldBackend {
  readonly client: ClientFacts;
  /** What a proxy in front of us has said; null: there is none. */
  readonly header: ProxyHeader | null;
  /** null: the client had no TLS. */
  readonly session: Session | null;
}

/** The PROXY header, which tells a backend its client's addresses. */
export function proxyHeader(
  version: NonNullable<RelaySettings["sendProxy"]>,
  { client, header, session }: ToldBackend,
): Uint8Array {
  // Behind a proxy, the client is the one that the proxy tells of, or unknown.
  const ends: ProxiedEnds | null = header === null ? { ...client, transport: "tcp" } : header.ends;
  if (version === "v1") return version1(ends);
  return version2(ends, version === "v2" || session === null ? null : tlsOf(session));
}

function tlsOf({ protocol, cipher, serverName, protocolName, peer }: Session): ToldTls {
  const commonName = peer?.names.findLast(({ kind }) => kind === "CN")?.value ?? null;
  const hasCertificate = peer !== null;
  return { protocol, cipher, serverName, alpn: protocolName, hasCertificate, commonName };
}

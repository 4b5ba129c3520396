import type { EngineExports } from "./engine-exports.ts";
import type { Sandbox } from "./instance.ts";
import { type PeerCertificate, readPeerCertificate } from "./peer.ts";

/** What was negotiated. */
export interface Session {
  /** As SSL_PROTOCOL has it: `TLSv1`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
  /** OpenSSL's name of the suite. */
  readonly cipher: string;
  /** The name that the client asked for, or null. */
  readonly serverName: string | null;
  /** The application protocol that was chosen (ALPN, RFC 7301), or null. */
  readonly protocolName: string | null;
  /** The peer's certificate, validated; null if it sent none. */
  readonly peer: PeerCertificate | null;
}

/** Reads it, once the connection is established. */
export function readSession(sandbox: Sandbox<EngineExports>): Session {
  const { exports, memory } = sandbox;
  return {
    protocol: protocolName(exports.engine_version()),
    cipher: memory.string(exports.engine_suite_name()),
    serverName: readServerName(sandbox),
    protocolName: memory.string(exports.engine_protocol()) || null,
    peer: readPeerCertificate(sandbox),
  };
}

/** Known as soon as the client has greeted. */
export function readServerName({ exports, memory }: Sandbox<EngineExports>): string | null {
  return memory.string(exports.engine_server_name()) || null;
}

/** 0x0301 is TLS 1.0 (RFC 5246, appendix E); the names are OpenSSL's. */
function protocolName(version: number): string {
  const minor = (version & 0xff) - 1;
  return minor === 0 ? "TLSv1" : `TLSv1.${minor}`;
}

import type { EngineExports } from "./engine-exports.ts";
import type { ClientSessions } from "./engine-settings.ts";
import { groupName } from "./groups.ts";
import { type Sandbox, SandboxTrap } from "./instance.ts";
import { type PeerFacts, readPeerCertificate } from "./peer.ts";
import { protocolOf } from "./versions.ts";

/** What was negotiated. */
export interface Session {
  /** As SSL_PROTOCOL has it: `TLSv1`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
  /** OpenSSL's name of the suite. */
  readonly cipher: string;
  /** The group of the key exchange, by its name in TLS's registry; null before TLS 1.3. */
  readonly group: string | null;
  /** It was resumed: no certificate was sent, and nothing was signed. */
  readonly resumed: boolean;
  /** The name that the client asked for, or null. */
  readonly serverName: string | null;
  /** The application protocol that was chosen (ALPN, RFC 7301), or null. */
  readonly protocolName: string | null;
  /** The peer's certificate, validated; null if it sent none. */
  readonly peer: PeerFacts | null;
}

/**
 * Reads it, once the connection is established. It ends up in environments and logs, so it is read as
 * what an engine that was taken over would like to put there.
 *
 * @param offered the application protocols of which one may have been chosen
 * @param sessions of a client that takes some: who the server is, a resumed one tells
 * @throws {SandboxTrap} for what no engine of ours says
 */
export function readSession(
  sandbox: Sandbox<EngineExports>,
  offered: readonly string[] = [],
  sessions: ClientSessions | null = null,
): Session {
  const { exports, memory } = sandbox;
  const cipher = memory.string(exports.engine_suite_name());
  if (!SUITE_NAME.test(cipher)) throw new SandboxTrap("a suite's name that is none");
  const protocol = memory.string(exports.engine_protocol()) || null;
  if (protocol !== null && !offered.includes(protocol)) {
    throw new SandboxTrap("an application protocol that was not offered");
  }
  const resumed = exports.engine_resumed() !== 0;
  return {
    protocol: protocolName(exports.engine_version()),
    cipher,
    group: groupName(exports.engine_group()),
    resumed,
    serverName: readServerName(sandbox),
    protocolName: protocol,
    peer: resumed && sessions !== null ? peerOf(sessions) : readPeerCertificate(sandbox),
  };
}

function peerOf({ resume }: ClientSessions): PeerFacts | null {
  if (resume === null) throw new SandboxTrap("a session resumed that was not offered");
  return resume.peer;
}

/**
 * Known as soon as the client has greeted.
 *
 * @throws {SandboxTrap} unless it is one that a client may ask for
 */
export function readServerName({ exports, memory }: Sandbox<EngineExports>): string | null {
  const name = memory.string(exports.engine_server_name());
  if (name === "") return null;
  if (HOST_NAME.test(name)) return name;
  throw new SandboxTrap("a server name that is not visible ASCII");
}

/**
 * OpenSSL's names of suites are shorter, and there is none before the handshake. A host's name has no
 * more (RFC 1035, 2.3.4).
 */
const SUITE_NAME = /^[A-Z0-9_-]{0,64}$/;
const HOST_NAME = /^[\x21-\x7e]{1,255}$/;

function protocolName(version: number): string {
  const name = protocolOf(version);
  if (name === undefined) throw new SandboxTrap("a version that is none");
  return name;
}

import type { Session } from "../sandbox/engine.ts";
import { peerVariables } from "./peer-variables.ts";

/** Variables to be set in prog's environment; null: to be unset. */
export type Variables = ReadonlyMap<string, string | null>;

/** The names of all that a handshake may tell. */
export const sessionVariableNames = [
  "SSL_PROTOCOL",
  "SSL_CIPHER",
  "SSL_GROUP",
  "SSL_ALPN",
  "SSL_SESSION_REUSED",
  "SSL_TLS_SNI_SERVERNAME",
  "SSL_PEER_CERT_HASH",
  "SSL_PEER_CERT_SUBJECT",
  "SSL_PEER_CERT_SAN",
  "SSL_PEER_CERT_SPKI_HASH",
] as const;

/** What the handshake tells prog. */
export function sessionVariables(session: Session): Variables {
  return new Map<string, string | null>([
    ["SSL_PROTOCOL", session.protocol],
    ["SSL_CIPHER", session.cipher],
    // The reference knows no such variables: what reads a notification gets them only where they tell something.
    ...told("SSL_GROUP", session.group),
    ...told("SSL_ALPN", session.protocolName),
    ...told("SSL_SESSION_REUSED", session.resumed ? "1" : null),
    ["SSL_TLS_SNI_SERVERNAME", session.serverName],
    ...peerVariables(session.peer),
  ]);
}

function told(name: string, value: string | null): [string, string][] {
  return value === null ? [] : [[name, value]];
}

/** Unset where the session doesn't tell them. */
const OURS_ALONE = ["SSL_GROUP", "SSL_ALPN", "SSL_SESSION_REUSED"];

/** prog's environment: ours, less what `remove` tells, with the session's variables. */
export function programEnvironment(
  base: NodeJS.ProcessEnv,
  variables: Variables,
  remove: (name: string) => boolean,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(base)) {
    if (!remove(name) && !OURS_ALONE.includes(name)) environment[name] = value;
  }
  for (const [name, value] of variables) {
    if (value === null) delete environment[name];
    else environment[name] = value;
  }
  return environment;
}

/** The same for `-d notif`: strings each ended by a NUL, then one more NUL. */
export function notification(session: Session): Buffer {
  const strings = [...sessionVariables(session)].map(([name, value]) =>
    value === null ? name : `${name}=${value}`,
  );
  return Buffer.from(`${strings.join("\0")}\0\0`);
}

/** What a notification tells; null unless it is whole. */
export function parseNotification(block: Buffer): Variables | null {
  const text = block.toString();
  if (!text.endsWith("\0\0")) return null;
  const strings = text.slice(0, -2).split("\0");
  return new Map(
    strings.map((string) => {
      const equals = string.indexOf("=");
      return equals === -1 ? [string, null] : [string.slice(0, equals), string.slice(equals + 1)];
    }),
  );
}

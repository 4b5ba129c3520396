import type { Session } from "../sandbox/engine.ts";

/** What the handshake tells prog; null: the variable is to be unset. */
export function sessionVariables(session: Session): ReadonlyMap<string, string | null> {
  return new Map([
    ["SSL_PROTOCOL", session.protocol],
    ["SSL_CIPHER", session.cipher],
    ["SSL_TLS_SNI_SERVERNAME", session.serverName],
    ["SSL_PEER_CERT_HASH", null],
    ["SSL_PEER_CERT_SUBJECT", null],
  ]);
}

/** prog's environment: ours, less what `remove` tells, with the session's variables. */
export function programEnvironment(
  base: NodeJS.ProcessEnv,
  session: Session,
  remove: (name: string) => boolean,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(base)) {
    if (!remove(name)) environment[name] = value;
  }
  for (const [name, value] of sessionVariables(session)) {
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

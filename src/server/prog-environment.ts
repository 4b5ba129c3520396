import type { SuperServerSettings } from "../cli/server-options.ts";
import { programEnvironment, type Variables } from "../connection/session-variables.ts";
import { tcpVariables } from "../connection/tcp-variables.ts";
import { isOurs } from "../setup/environment.ts";
import type { ClientFacts } from "./messages.ts";
import { FOR_US } from "./roles.ts";

/** What every prog finds, besides what its connection tells it. */
export interface ProgEnvironment {
  readonly base: NodeJS.ProcessEnv;
  /** -Z: the variables that are ours are left. */
  readonly keepsOurs: boolean;
}

export function progEnvironment(settings: SuperServerSettings): ProgEnvironment {
  const { keepEnvironment, idsFromEnvironment } = settings;
  const isUsedUp = (name: string) => FOR_US.has(name) || (idsFromEnvironment && IDS.has(name));
  const kept = Object.entries(process.env).filter(
    ([name]) => !isUsedUp(name) && (keepEnvironment || !isOurs(name)),
  );
  return { base: Object.fromEntries(kept), keepsOurs: keepEnvironment };
}

/** What -U goes by. The original removes them (its s6-applyuidgid gets -Uz), with -Z, too. */
const IDS: ReadonlySet<string> = new Set(["UID", "GID", "GIDLIST"]);

/** What is told about one connection. */
export interface ConnectionFacts {
  readonly client: ClientFacts;
  readonly session: Variables;
  readonly proxied: Variables;
}

/** The environment of one prog. */
export function environmentFor(
  { base, keepsOurs }: ProgEnvironment,
  { client, session, proxied }: ConnectionFacts,
): NodeJS.ProcessEnv {
  const { told } = client;
  const variables = new Map<string, string | null>([
    ...told.environment.filter(([name]) => keepsOurs || !isOurs(name)),
    ...session,
    ...tcpVariables(client),
    ["TCPCONNNUM", `${client.openFromAddress}`],
    ...told.variables,
    ...proxied,
  ]);
  return programEnvironment(base, variables, () => false);
}

/** A rule of access control may name another command. */
export function commandFor(command: readonly string[], { told }: ClientFacts): readonly string[] {
  return told.exec === null ? command : ["execlineb", "-c", told.exec];
}

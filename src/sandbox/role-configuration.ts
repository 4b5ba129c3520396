import { Configuration } from "./configuration.ts";
import type { EngineExports } from "./engine-exports.ts";
import {
  type ClientConfiguration,
  type Identity,
  type IdentityChoice,
  isChoice,
  newestAlone,
  profileNumber,
  type ServerConfiguration,
} from "./engine-settings.ts";
import { keepExporter } from "./exporter.ts";
import type { Pointer, Sandbox } from "./instance.ts";
import { type KeyLog, keepSecrets } from "./key-log.ts";
import { own } from "./own.ts";

/** A chain that depends on the client, and where it goes. */
export interface AwaitedChain {
  readonly choice: IdentityChoice;
  readonly room: Pointer;
}

/** What the host has to know of a configured engine, and of each copy of it. */
export interface Configured {
  /** null: the chain is there, or there is none. */
  readonly awaited: AwaitedChain | null;
  /** Its key. */
  readonly key: Identity["key"] | null;
  /** Application protocols (ALPN). */
  readonly offered: readonly string[];
  /** What there is to say of the versions on offer to a peer that has another. */
  readonly versions: string | undefined;
  /** Where keying material is asked for; null: nothing was kept for that. */
  readonly exportRoom: Pointer | null;
  /** Where secrets are for a debugger, and what takes them; null: none are kept. */
  readonly secrets: { readonly room: Pointer; readonly tell: KeyLog } | null;
}

/**
 * Tells a server's engine what its connections have in common.
 *
 * @throws {EngineError} if the certificates or the profile can't be used
 * @throws {UnusableAnchors} if clients are to be verified and nothing can vouch for them
 */
export function configureServer(
  sandbox: Sandbox<EngineExports>,
  settings: ServerConfiguration,
): Configured {
  const { profile, versions, identity, clients, protocols, groups, tickets } = settings;
  const { exports } = sandbox;
  const configuration = new Configuration(sandbox);
  configuration.offerVersions(exports.engine_server(profileNumber(profile)), versions);
  const isChosen = isChoice(identity);
  const room = configuration.alloc(isChosen ? identity.largestChain : sizeOfChain(identity));
  if (!isChosen) configuration.addChain(identity.chain, room);
  if (clients !== null) configuration.addAnchors(own(clients));
  configuration.offer(protocols);
  configuration.exchangeIn(groups);
  if (clients === null && tickets !== undefined) configuration.issueTickets(tickets);
  return {
    awaited: isChosen ? { choice: identity, room } : null,
    key: isChosen ? null : identity.key,
    offered: protocols ?? [],
    versions: newestAlone(profile, versions),
    ...roomsOf(sandbox, settings),
  };
}

/**
 * The same for a client's engine.
 *
 * @throws {EngineError} if the certificates or the profile can't be used
 * @throws {UnusableAnchors} if the server is to be verified and nothing can vouch for it
 */
export function configureClient(
  sandbox: Sandbox<EngineExports>,
  settings: ClientConfiguration,
): Configured {
  const { profile, versions, identity, server, protocols, groups } = settings;
  const { exports } = sandbox;
  const configuration = new Configuration(sandbox);
  configuration.offerVersions(exports.engine_client(profileNumber(profile)), versions);
  if (identity !== null) {
    configuration.addChain(identity.chain, configuration.alloc(sizeOfChain(identity)));
  }
  if (server !== null) configuration.addAnchors(own(server));
  configuration.offer(protocols);
  configuration.exchangeIn(groups);
  return {
    awaited: null,
    key: identity?.key ?? null,
    offered: protocols ?? [],
    versions: newestAlone(profile, versions),
    ...roomsOf(sandbox, settings),
  };
}

/** The bytes of all its certificates together. */
export function sizeOfChain({ chain }: { readonly chain: readonly Uint8Array[] }): number {
  return chain.reduce((sum, der) => sum + der.length, 0);
}

function roomsOf(
  sandbox: Sandbox<EngineExports>,
  { keepsExporter, keyLog }: Pick<ClientConfiguration, "keepsExporter" | "keyLog">,
): Pick<Configured, "exportRoom" | "secrets"> {
  return {
    exportRoom: keepsExporter ? keepExporter(sandbox) : null,
    secrets: keyLog ? { room: keepSecrets(sandbox), tell: keyLog } : null,
  };
}

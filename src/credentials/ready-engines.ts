import type { Engine } from "../sandbox/engine.ts";
import type {
  ClientConfiguration,
  ClientStart,
  ServerConfiguration,
} from "../sandbox/engine-settings.ts";
import { clientEngine, clientEngines, serverEngine, serverEngines } from "../sandbox/engines.ts";

/** How engines get their entropy: the argument is to be filled. */
export type Seed = (room: Uint8Array) => void;

/** What programs and the library make engines with. */
export interface Making {
  /** The engine's. */
  readonly module: WebAssembly.Module;
  readonly seed: Seed;
  /** The words for what goes wrong before a peer is there. */
  readonly complain: (error: unknown) => unknown;
}

/** An engine that waits for a client. */
export function readyServer(making: Making, configuration: ServerConfiguration): Engine {
  const { module, seed } = making;
  const now = Date.now();
  const clients = configuration.clients && { ...configuration.clients, now };
  const settings = { ...configuration, clients, now, seed };
  return attempt(making, () => serverEngine(module, settings));
}

/**
 * The same for many clients, one after the other: the CAs are decoded once.
 *
 * @throws as does each call of the result
 */
export function readyServers(making: Making, configuration: ServerConfiguration): () => Engine {
  const { module, seed } = making;
  const make = attempt(making, () => serverEngines(module, configuration));
  return () => attempt(making, () => make({ now: Date.now(), seed }));
}

/** What is one connection's own. */
export type OneConnection = Pick<ClientStart, "serverName" | "sessions">;

/** An engine that begins to talk to a server. */
export function readyClient(
  making: Making,
  configuration: ClientConfiguration,
  own: OneConnection,
): Engine {
  const { module, seed } = making;
  const server = configuration.server && { ...configuration.server, now: Date.now() };
  const settings = { ...configuration, ...own, server, seed };
  return attempt(making, () => clientEngine(module, settings));
}

/** The same for many servers, one after the other. */
export function readyClients(
  making: Making,
  configuration: ClientConfiguration,
): (own: OneConnection) => Engine {
  const { module, seed } = making;
  const make = attempt(making, () => clientEngines(module, configuration));
  return (own) => attempt(making, () => make({ ...own, now: Date.now(), seed }));
}

function attempt<T>({ complain }: Making, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw complain(error);
  }
}

import type { Engine } from "../sandbox/engine.ts";
import type { TlsEnvironment } from "../setup/environment.ts";
import type { FileTicketKeys } from "../setup/ticket-file.ts";
import type { Tell } from "../setup/trust.ts";
import type { ConversationSettings } from "./conversation.ts";

/** What connections have in common, and what makes an engine of it for each. */
export interface Loaded {
  readonly keeper: { wipe(): void };
  /** Those of TICKETFILE. */
  readonly ticketKeys?: FileTicketKeys | undefined;
  /** @param serverName a client's; the name that the server's certificate must have */
  readonly makeEngine: (serverName?: string) => Engine;
}

/** A connection that is being served. */
export interface Talk {
  signal(signal: NodeJS.Signals): void;
  /** Ends it at once. */
  end(reason: Error): void;
}

export interface ServiceModules {
  readonly engine: WebAssembly.Module;
  readonly keeper: WebAssembly.Module;
}

export type Visit = Omit<ConversationSettings, "engine"> & Pick<Loaded, "makeEngine">;

/** What a worker does with each connection. */
export interface Service {
  /** @throws what is wrong with the files that the environment names */
  load(modules: ServiceModules, environment: TlsEnvironment, tell: Tell): Loaded;
  begin(visit: Visit): Talk;
}

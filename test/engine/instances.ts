import { readFileSync } from "node:fs";
import type { Engine } from "../../src/sandbox/engine.ts";
import type {
  ClientSessions,
  ClientVerification,
  Identity,
  IdentityChoice,
  Profile,
  TicketIssue,
  Verification,
  VersionLimits,
} from "../../src/sandbox/engine-settings.ts";
import { clientEngine, serverEngine, serverEngines } from "../../src/sandbox/engines.ts";
import { Keeper, type PrivateKey } from "../../src/sandbox/keeper.ts";
import type { KeyOperations } from "../../src/sandbox/key-operations.ts";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import type { Credentials } from "../support/certificates.ts";
import { builtModule } from "../support/sandboxes.ts";

/** Compiled once for a test file. */
const modules = { engine: builtModule("engine"), keeper: builtModule("keeper") };

export function newKeeper(): Keeper {
  return new Keeper(modules.keeper);
}

/** A key file's content in a keeper. */
export function loadKey(file: string | Uint8Array, keeper = newKeeper()): PrivateKey {
  const bytes = Buffer.from(file);
  return keeper.load((room) => {
    room.set(bytes);
    return bytes.length;
  });
}

/** A pair's key. An RSA key signs for TLS 1.3 only once it has seen its certificate. */
function keyOf({ keyFile, certFile }: Pick<Credentials, "keyFile" | "certFile">): PrivateKey {
  const key = loadKey(readFileSync(keyFile));
  key.match(readCertificates(certFile)[0] as Uint8Array);
  return key;
}

export interface ServerOptions {
  profile?: Profile;
  versions?: VersionLimits;
  key?: KeyOperations;
  /** DER, end entity first. */
  chain?: readonly Uint8Array[];
  /** In place of key and chain. */
  choice?: IdentityChoice;
  clients?: ClientVerification;
  /** For its clients; the clock says 1. */
  tickets?: TicketIssue;
  /** In place of dist/engine.wasm. */
  module?: WebAssembly.Module;
}

/** A server's engine that asks for its identity once the client has said a name. */
export function newChoosingServer(choice: IdentityChoice): Engine {
  return serverEngine(modules.engine, {
    profile: "modern",
    identity: choice,
    clients: null,
    seed: (room) => room.fill(7),
  });
}

/** Who we are, with these files. */
export function identityOf(credentials: Credentials): Identity {
  return { chain: readCertificates(credentials.certFile), key: keyOf(credentials) };
}

/** A server's engine before the first byte. All its randomness is the same on every run. */
export function newServer(
  credentials: Pick<Credentials, "keyFile" | "certFile">,
  options: ServerOptions = {},
): Engine {
  return serverEngine(options.module ?? modules.engine, {
    profile: options.profile ?? "modern",
    ...(options.versions && { versions: options.versions }),
    identity: options.choice ?? {
      chain: options.chain ?? readCertificates(credentials.certFile),
      key: options.key ?? keyOf(credentials),
    },
    clients: options.clients ?? null,
    ...(options.tickets && { tickets: options.tickets, now: 1 }),
    seed: (room) => room.fill(7),
  });
}

/** The same by way of what s6-tlsserver does: configured once, and made as often as asked for. */
export function newServers(
  credentials: Pick<Credentials, "keyFile" | "certFile">,
  clients: ClientVerification | null = null,
  key = keyOf(credentials),
): () => Engine {
  const identity = { chain: readCertificates(credentials.certFile), key };
  const make = serverEngines(modules.engine, { profile: "modern", identity, clients });
  return () => make({ now: clients?.now ?? 0, seed: (room) => room.fill(7) });
}

export interface ClientOptions {
  profile?: Profile;
  versions?: VersionLimits;
  serverName?: string | null;
  /** null: any server will do. */
  server: Verification | null;
  identity?: Identity | null;
  /** Where the sessions go that it gets. */
  sessions?: ClientSessions;
  /** In place of dist/engine.wasm. */
  module?: WebAssembly.Module;
}

/** A client's engine before the first byte. All its randomness is the same on every run. */
export function newClient(options: ClientOptions): Engine {
  return clientEngine(options.module ?? modules.engine, {
    profile: options.profile ?? "modern",
    ...(options.versions && { versions: options.versions }),
    serverName: options.serverName ?? null,
    server: options.server,
    identity: options.identity ?? null,
    ...(options.sessions && { sessions: options.sessions }),
    seed: (room) => room.fill(8),
  });
}

/** The engine's bare exports, for what no program of ours does. */
export function exportsOf(engine: Engine): Engine["sandbox"]["exports"] {
  return engine["sandbox"].exports;
}

/** Is it all zero? */
export function isBlank(memory: Uint8Array): boolean {
  return Buffer.alloc(memory.length).equals(memory);
}

/** The keeper's mailbox. */
export function mailboxOf(keeper: Keeper): Uint8Array {
  return keeper["sandbox"].memory.view(keeper["mailbox"], MAILBOX_LENGTH);
}

/** KEEPER_MAILBOX in wasm/keeper/abi.h. */
const MAILBOX_LENGTH = 65536;

/** Puts bytes into a channel for as long as there is room, and says how many it took. */
export function feed(engine: Engine, channel: "recvrec" | "sendapp", bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const room = engine.buffer(channel);
    const count = Math.min(room.length, bytes.length - at);
    if (count === 0) break;
    room.set(bytes.subarray(at, at + count));
    engine.ack(channel, count);
    at += count;
  }
  return at;
}

/** Takes everything that a channel has to give. */
export function drain(engine: Engine, channel: "sendrec" | "recvapp"): Buffer {
  const taken: Buffer[] = [];
  for (;;) {
    const bytes = Buffer.from(engine.buffer(channel));
    if (bytes.length === 0) return Buffer.concat(taken);
    engine.ack(channel, bytes.length);
    taken.push(bytes);
  }
}
